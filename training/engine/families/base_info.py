"""What one base model is, as its headers and configuration tell."""

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from training.engine.files.safetensors_header import hash_file


@dataclass(frozen=True)
class BaseInfo:
    """What one base model is.

    name: how people call it (file stem, folder name or “studio-mini”).
    path: the .safetensors file or the diffusers folder.
    family: the name of its family, one of families.NAMES.
    default_width, default_height: px of the size it was trained for.
    token_limit: tokens its text encoder reads, begin and end mark included.
    vae_factor: px per latent cell along one side.
    size_multiple: both sides of a rendered image must be multiples of this, px.
    bucket_step: shapes of training images step by this, px.
    latent_channels: channels of a latent.
    prediction_type: what the network predicts; the family's objective knows the word.
    recommended_targets: a preset's name or module names for LoRA training.
    recommended_training: training keys this base asks for where the person gave none ({} = ours).
    neutral_phrase: phrase for “no style in particular” ("" where the base has none).
    sizes: (width, height) pairs the base was trained for; () where nothing is told.
    recommended_rendering: steps, guidance and negative_prompt this base asks for ({} = ours).
    config_folder: the diffusers configuration that describes a single file (else the folder).
    weight_folders: the folders of a diffusers folder that hold its weights.
    """

    name: str
    path: Path
    family: str
    default_width: int
    default_height: int
    token_limit: int
    vae_factor: int
    latent_channels: int
    prediction_type: str
    recommended_targets: str | tuple[str, ...]
    neutral_phrase: str = ""
    recommended_training: dict = field(default_factory=dict)
    size_multiple: int = 8
    bucket_step: int = 64
    config_folder: Path | None = None
    version: str = ""
    sizes: tuple[tuple[int, int], ...] = ()
    recommended_rendering: dict = field(default_factory=dict)
    weight_folders: tuple[str, ...] = ()

    @cached_property
    def sha256(self) -> str:
        """Hash of the weights, hex: of the file; for a folder of its weight files' hashes."""
        if self.path.is_file():
            return hash_file(self.path)
        return hash_folder(self.path, self.weight_folders)

    @property
    def is_single_file(self) -> bool:
        return self.path.is_file()

    @property
    def config(self) -> Path:
        """The diffusers configuration that describes it."""
        return self.config_folder or self.path


def hash_folder(folder: Path, parts: tuple[str, ...]) -> str:
    """sha256 over the (relative name, sha256) pairs of a folder's weight files, hex."""
    digest = hashlib.sha256()
    for part in parts:
        for file in sorted((folder / part).glob("*.safetensors")):
            digest.update(f"{part}/{file.name}:{hash_file(file)}\n".encode())
    return digest.hexdigest()
