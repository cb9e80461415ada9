"""What LoRA files call the layers of a family's networks."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path

from training.engine.files.safetensors_header import Header


class LayerNames(ABC):
    """The names of one kind of networks, in kohya's files and in those of other tools.

    kohya: part → what kohya's names of its layers begin with. dotted: (what a name in dots begins
    with, part) pairs, as diffusers, ComfyUI and OneTrainer write them.
    """

    kohya: Mapping[str, tuple[str, ...]]
    dotted: tuple[tuple[str, str], ...]

    @abstractmethod
    def from_path(self, part: str, path: str) -> str:
        """kohya's name of a layer by its path inside a part, however old the writer is."""

    @abstractmethod
    def canonical(self, name: str) -> str:
        """The one kohya name of a layer of which files know several."""

    @abstractmethod
    def guess_part(self, path: str, encoder: str) -> str:
        """The part of a path that tells none. encoder: the text encoder such a file is for;
        "" is the first."""

    @abstractmethod
    def encoder_of(self, file: Path, header: Header, trained_on: str) -> str:
        """The text encoder that a peft file of one is for. trained_on: the class it names."""

    @abstractmethod
    def is_layer(self, module: str) -> bool:
        """Whether a kohya name may be that of a layer of these networks."""

    @abstractmethod
    def is_original(self, key: str) -> bool:
        """Whether a tensor has a kohya name with the original code's names in it (“sgm”)."""

    @abstractmethod
    def is_skipped_by_kohya(self, module: str) -> bool:
        """Whether sd-scripts passes over a layer of this name."""

    def part_of(self, name: str) -> str:
        """The part of a kohya name; "" where it is none of ours."""
        for part, starts in self.kohya.items():
            if name.startswith(starts):
                return part
        return ""
