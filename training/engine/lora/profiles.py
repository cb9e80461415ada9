"""What a LoRA file that travels says of itself, and the card that WebUI reads beside it.

The internal profile tells all a trainer knows. The external one keeps what other tools need, the
licence and the trigger; captions, folders and hashes of the house stay home.
"""

from training.engine import families
from training.engine.errors import EngineError
from training.engine.prompts import letters

PROFILES = ("internal", "external")
MINIMUM = (
    "ss_v2",
    "ss_base_model_version",
    "ss_network_module",
    "ss_network_dim",
    "ss_network_alpha",
    "ss_network_args",
    "ss_output_name",
)
"""The keys other tools need; with modelspec's own they make the external profile."""


def profile(
    metadata: dict[str, str], name: str, licence: str = "", trigger_words: str = ""
) -> dict[str, str]:
    """The metadata of a profile. licence, trigger_words: written over what the file said.

    Raises EngineError("export-without-licence") for an external file that has none.
    """
    selected = dict(metadata)
    if name == "external":
        selected = {
            key: value
            for key, value in metadata.items()
            if key in MINIMUM or (key.startswith("modelspec.") and key != "modelspec.hash_sha256")
        }
    if licence := letters.visible(licence):
        selected["modelspec.license"] = licence
    if trigger_words := letters.visible(trigger_words):
        selected["modelspec.trigger_phrase"] = trigger_words
    if name == "external" and not letters.visible(selected.get("modelspec.license", "")):
        raise EngineError("export-without-licence")
    return {key: value for key, value in selected.items() if not key.startswith("sshs_")}


def card(
    metadata: dict[str, str], strength: float = 0.7, negative: str = "", family: str = ""
) -> dict:
    """What WebUI reads from `<name>.json`. strength: to begin with, usually 0.5 to 0.8.

    family: of the weights, where the metadata tells none. WebUI takes any other file with metadata
    for SD1, and believes this card before its own guess.
    """
    version = metadata.get("ss_base_model_version", "")
    owners = (f for f in families.ALL if (f.version == version if version else f.name == family))
    licence = metadata.get("modelspec.license", "")
    author = metadata.get("modelspec.author", "")
    return {
        "description": metadata.get("modelspec.title", ""),
        "sd version": next((owner.webui_version for owner in owners), "Unknown"),
        "activation text": metadata.get("modelspec.trigger_phrase", ""),
        "preferred weight": strength,
        "negative text": negative,
        "notes": ". ".join(
            text for text in (licence and f"Licence: {licence}", author and f"By {author}") if text
        ),
    }
