"""What every model family tells, as far as no torch is needed for it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from pathlib import Path

from training.engine.families.base_info import BaseInfo
from training.engine.families.layer_names import LayerNames
from training.engine.files.safetensors_header import Header

Shape = tuple[int, ...]


class Family(ABC):
    """One kind of base model. The light half; `load` gives the half that computes.

    name: in configurations, rows and messages. licence: the class of licence its bases come under.
    version, architecture, implementation: `ss_base_model_version`, `modelspec.architecture` and
    `modelspec.implementation` of its LoRA files. webui_version: “sd version” of WebUI's cards.
    network: the part that denoises, by its folder's name; text_encoders: the parts that read.
    weight_folders: all parts with weights, in the order in which they are hashed.
    targets: preset → endings of the paths of the layers that LoRA takes. text_targets: those of
    the text encoders.
    layer_names: what LoRA files call the layers. schedulers: what a request may name, the usual
    one first. reads_chinese: whether its text encoders learned Chinese; else the glossary puts
    prompts into English.
    """

    name: str
    licence: str
    version: str
    architecture: str
    implementation: str
    webui_version: str = "Unknown"
    network: str
    text_encoders: tuple[str, ...]
    weight_folders: tuple[str, ...]
    targets: Mapping[str, tuple[str, ...]]
    text_targets: tuple[str, ...]
    layer_names: LayerNames
    schedulers: tuple[str, ...]
    reads_chinese: bool = False

    # -- what a base is -------------------------------------------------------------------

    @abstractmethod
    def owns_folder(self, index: dict, studio: dict) -> bool:
        """Whether a diffusers folder is of this family, by its model_index.json and studio.json."""

    @abstractmethod
    def owns_file(self, header: Header) -> bool:
        """Whether a single file is of this family, by its tensors' names."""

    @abstractmethod
    def describe_folder(self, name: str, path: Path, studio: dict) -> BaseInfo:
        """What a folder of this family is. Raises base-unreadable, base-family-unsupported."""

    @abstractmethod
    def describe_file(self, path: Path, header: Header) -> BaseInfo:
        """What a file of this family is. Raises base-unreadable, base-family-unsupported."""

    @abstractmethod
    def count_tokens(self, base: str | Path, text: str) -> int:
        """Tokens of text for a base's tokenizer, its start and end marks included."""

    # -- what it weighs -------------------------------------------------------------------

    @abstractmethod
    def weight_counts(self, info: BaseInfo) -> tuple[int, int]:
        """(numbers in the network that denoises, numbers in all other parts), from the headers."""

    @abstractmethod
    def activation_count(self, info: BaseInfo, cells: float) -> float:
        """Numbers that one forward pass of one image of so many latent cells makes, in one map
        per layer."""

    # -- LoRA files -----------------------------------------------------------------------

    @abstractmethod
    def layers_of(self, path: Path) -> Iterator[tuple[str, str, str, Shape]]:
        """(part, kohya's name, own path, shape) of each layer of a base that may carry LoRA.

        A layer comes once for each of its names. Raises EngineError, OSError, ValueError or
        KeyError where the headers tell nothing.
        """

    @abstractmethod
    def owns_lora(self, shapes: Mapping[str, Shape]) -> bool:
        """Whether the weights of a LoRA file are of this family. shapes: of the lower half of each
        layer, by kohya's name."""

    @abstractmethod
    def claims(self, metadata: Mapping[str, str]) -> bool:
        """Whether a LoRA file's metadata says that it is of this family."""

    # -- the half that computes -----------------------------------------------------------

    @abstractmethod
    def load(self, info: BaseInfo, device, dtype, **parts):
        """The base in memory, a DiffusionModel, loaded offline.

        parts: components that are there already; None leaves one out. Raises base-unreadable.
        """
