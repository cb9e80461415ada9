"""The stages of a full build, in order, and the minutes each trains."""

# A stage by its former name.
_FORMER = {"judge": "classifier"}

STAGES = ("tokenizer", "basis", "scenes", "text", "unet", "vae", "classifier", "clip", "bundle")
# Minutes of a full build on two cores; --minutes overrides the one of a single stage.
MINUTES = {"text": 1.7, "unet": 90.0, "vae": 12.0, "classifier": 4.0, "clip": 7.5}


def stage_named(name: str) -> str:
    """The stage of a name, be it a former one."""
    return _FORMER.get(name, name)
