"""Drafting captions: CLIP picks words from a vocabulary the team owns, BLIP writes a sentence."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import torch
from PIL import Image
from transformers import (
    BlipForConditionalGeneration,
    BlipProcessor,
    CLIPModel,
    CLIPProcessor,
)

from training.engine.base.base_models import BUNDLED_FOLDER
from training.engine.base.loading import choose_device
from training.engine.data.captions.draft_file import CaptionFile, is_writable_name
from training.engine.data.captions.rows import shorten
from training.engine.data.image_folder import find_images
from training.engine.data.images import open_rgb
from training.engine.errors import EngineError
from training.engine.files.disk import UnfitFile, check_output, read_bounded
from training.engine.files.yaml_text import MOST_BYTES, read_yaml, short
from training.engine.prompts.trigger_words import with_trigger

BUNDLED_CLIP = BUNDLED_FOLDER / "clip"
TABLE_ENDINGS = (".csv", ".tsv", ".jsonl", ".ndjson")
MOST_TERMS = 40_000  # words of a vocabulary
VOCABULARIES = Path(__file__).parent / "vocabularies"


@dataclass(frozen=True)
class Draft:
    """A drafted caption. sureness: 0 … 1, the least sure word of it (1 where nothing is known)."""

    caption: str
    sureness: float = 1.0
    words: tuple[str, ...] = ()


class Labeler(Protocol):
    def draft(self, image: Image.Image) -> Draft: ...


@dataclass(frozen=True)
class TermGroup:
    """Terms of one kind, of which `pick` are chosen. terms: (English phrase, Chinese term)."""

    name: str
    pick: int
    terms: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Vocabulary:
    """What a CLIP labeler may say. template: sentence around a term, with {} in it."""

    template: str
    groups: tuple[TermGroup, ...]


def read_vocabulary(path: str | Path) -> Vocabulary:
    """A vocabulary from YAML (see vocabularies/lingnan.yaml). Raises vocabulary-bad."""
    path = Path(path)
    try:
        content = read_yaml(read_bounded(path, MOST_BYTES).decode("utf-8-sig"), MOST_TERMS)
        groups = tuple(
            TermGroup(
                str(group["name"]),
                int(group.get("pick", 1)),
                tuple((str(term["en"]), str(term.get("zh", ""))) for term in group["terms"]),
            )
            for group in content["groups"]
        )
        template = str(content.get("template", "{}"))
    except FileNotFoundError as error:
        raise EngineError("vocabulary-bad", name=path.name, reason="missing") from error
    except UnfitFile as error:
        raise EngineError("vocabulary-bad", name=path.name, reason=str(error)) from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        reason = f"it is not a list of groups with terms ({short(error)})"
        raise EngineError("vocabulary-bad", name=path.name, reason=reason) from error
    if "{}" not in template or not groups or not all(group.terms for group in groups):
        raise EngineError("vocabulary-bad", name=path.name, reason="a group or {} is missing")
    return Vocabulary(template, groups)


class ClipVocabularyLabeler:
    """Chooses from a vocabulary what a picture shows, by CLIP similarity.

    folder: a CLIPModel with its processor; None is the bundled small CLIP. vocabulary: a
    Vocabulary or its file; None fits the folder (drawn scenes for the bundled one, else Lingnan).
    Raises EngineError: labeler-missing, vocabulary-bad.
    """

    def __init__(self, folder=None, vocabulary=None, device: str | None = None):
        self.folder = Path(folder) if folder else BUNDLED_CLIP
        if vocabulary is None:
            name = "scenes" if folder is None else "lingnan"
            vocabulary = VOCABULARIES / f"{name}.yaml"
        if not isinstance(vocabulary, Vocabulary):
            vocabulary = read_vocabulary(vocabulary)
        self.vocabulary = vocabulary
        self.clip = Clip(self.folder, device)
        self.phrase_features = [
            self.clip.text_features([vocabulary.template.format(en) for en, _ in group.terms])
            for group in vocabulary.groups
        ]

    def draft(self, image: Image.Image) -> Draft:
        features = self.clip.image_features([image])
        words, sureness = [], 1.0
        for group, phrases in zip(self.vocabulary.groups, self.phrase_features, strict=True):
            chances = (self.clip.sharpness * features @ phrases.T)[0].softmax(dim=-1)
            best = chances.topk(min(group.pick, len(group.terms)))
            words += [group.terms[i][0] for i in best.indices.tolist()]
            sureness = min(sureness, best.values[0].item())
        return Draft(", ".join(words), sureness, tuple(words))


class BlipLabeler:
    """Writes a sentence with BLIP. folder: a BlipForConditionalGeneration with its processor."""

    def __init__(self, folder: str | Path = "models/blip", device: str | None = None):
        folder = Path(folder)
        _require(folder, "BLIP")
        self.device = choose_device(device)
        self.processor = BlipProcessor.from_pretrained(folder, local_files_only=True)
        model: torch.nn.Module = BlipForConditionalGeneration.from_pretrained(
            folder, local_files_only=True, use_safetensors=True
        )
        self.model: Any = model.to(self.device).eval()

    @torch.inference_mode()
    def draft(self, image: Image.Image) -> Draft:
        inputs = self.processor(images=image, return_tensors="pt").to(self.device)
        tokens = self.model.generate(**inputs, max_new_tokens=50, num_beams=3)
        text = self.processor.batch_decode(tokens, skip_special_tokens=True)[0]
        return Draft(" ".join(text.split()))


class Clip:
    """A CLIP model for comparing pictures and texts; features are (N, D), of length 1.

    folder: a CLIPModel with its processor, .safetensors only. Raises labeler-missing.
    """

    def __init__(self, folder: str | Path | None = None, device: str | None = None):
        folder = Path(folder) if folder else BUNDLED_CLIP
        _require(folder, "CLIP")
        self.device = choose_device(device)
        self.processor = CLIPProcessor.from_pretrained(folder, local_files_only=True)
        self.model: Any = CLIPModel.from_pretrained(
            folder, local_files_only=True, use_safetensors=True
        )
        self.model.float().to(self.device).eval()

    @property
    def sharpness(self) -> float:
        """The factor CLIP was trained with between similarity and logit."""
        return self.model.logit_scale.exp().item()

    @torch.inference_mode()
    def image_features(self, images: list[Image.Image]) -> torch.Tensor:
        inputs = self.processor(images=images, return_tensors="pt")
        output = self.model.get_image_features(pixel_values=inputs["pixel_values"].to(self.device))
        return torch.nn.functional.normalize(output.pooler_output, dim=-1)

    @torch.inference_mode()
    def text_features(self, texts: list[str]) -> torch.Tensor:
        inputs = self.processor(text=texts, return_tensors="pt", padding=True, truncation=True)
        output = self.model.get_text_features(
            input_ids=inputs["input_ids"].to(self.device),
            attention_mask=inputs["attention_mask"].to(self.device),
        )
        return torch.nn.functional.normalize(output.pooler_output, dim=-1)


def caption_folder(
    folder: str | Path,
    output: str | Path,
    labeler: Labeler,
    *,
    overwrite: bool = False,
    prefix: str = "",
    on_image: Callable[[int, int, str], None] | None = None,
) -> tuple[dict[str, str], list[EngineError]]:
    """Draft captions for the pictures of a folder and those inside it into a captions file: CSV, or
    JSON lines by its name.

    Rows that are there already are kept unless `overwrite`; what is written over then stays in a
    copy beside it. Columns, further fields, encoding and form of the file stay. prefix: trigger
    words put in front. on_image(done, total, name): after each picture. The file is written once,
    whole, at the end. Returns (all rows of the file, pictures that could not be drafted and rows
    that no reader takes).
    Raises EngineError: folder-missing, folder-unreadable, folder-without-images,
    folder-read-only, disk-full, captions-not-rewritten, captions-not-text, captions-encoding,
    captions-picture-unclear.
    """
    output = check_output(output, "--output", TABLE_ENDINGS)
    images = find_images(folder)
    if not images.files and not images.faults:
        raise EngineError("folder-without-images", path=str(folder), key="--input")
    names = list(images.files)
    # Read before the first draft: what can't be written over costs nobody an hour.
    file = CaptionFile.read(output)
    file.refuse_other_tables(names)
    captioned = set() if overwrite else _captioned(file, names)
    drafts, problems = {}, list(images.faults)
    for done, (name, path) in enumerate(images.files.items(), start=1):
        if name not in captioned:
            try:
                drafts[name] = _draft(labeler, name, path, prefix)
            except EngineError as error:
                problems.append(error)
        if on_image:
            on_image(done, len(names), name)
    # Read again: somebody may have written into it meanwhile.
    file = CaptionFile.read(output)
    captioned = set() if overwrite else _captioned(file, names)
    file.write({name: text for name, text in drafts.items() if name not in captioned})
    table = CaptionFile.read(output).table
    # Kept as it stands, since somebody may know what the formula was; but no words to learn.
    problems += [fault for fault in table.problems if fault.code == "captions-formula-fault"]
    return table.rows, problems


def _captioned(file: CaptionFile, names: list[str]) -> set[str]:
    return {name for name, record in file.records_of(names).items() if record.caption}


def _draft(labeler: Labeler, name: str, path: Path, prefix: str) -> str:
    if not is_writable_name(name):
        raise EngineError("image-name-unwritable", name=shorten(name))
    return with_trigger(labeler.draft(open_rgb(path, name)).caption, prefix)


def _require(folder: Path, what: str) -> None:
    if not (folder / "config.json").is_file() or not any(folder.glob("*.safetensors")):
        raise EngineError("labeler-missing", what=what, path=str(folder))
