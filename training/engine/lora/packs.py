"""Style packs on a model that paints: kept by content in memory, merged into the weights.

A merged pack costs nothing at any step, and a compiled network need not be compiled again. Every
merge begins from an untouched copy of the base's weights, so nothing adds up: what a pack leaves
behind is the base, bit for bit.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from training.engine.errors import EngineError
from training.engine.families.diffusion_model import DiffusionModel
from training.engine.files import style_paths
from training.engine.lora import adapters, header, weight_files
from training.engine.lora.settings import CONFIG_NAME

RESIDENT = 6

Strengths = tuple[tuple[str, float], ...]
"""What acts: (hash of a pack, strength) pairs, sorted; () is the base alone."""


def _looks(path: Path) -> tuple[int, int, int]:
    status = path.stat()
    return status.st_ino, status.st_size, status.st_mtime_ns


@dataclass(frozen=True)
class _Factors:
    """ΔW of one layer = up · down at strength 1. up: (out, rank), down: (rank, in · kernel)."""

    up: torch.Tensor
    down: torch.Tensor


class Packs:
    """The packs of one model. `use` makes some of them act, each at its strength.

    resident: packs that stay in memory when they do not act; the one unused longest goes first.
    Layers are looked up once: make it anew when the model's networks are replaced.
    """

    def __init__(self, model: DiffusionModel, base_name: str = "", resident: int = RESIDENT):
        self.base_name = base_name
        self.resident = resident
        self.acting: Strengths = ()
        self._table = adapters.known_layers(model)
        self._layers = {(part, path): layer for part, path, layer in self._table.values()}
        self._hashes: dict[tuple, str] = {}
        self._factors: OrderedDict[str, dict[tuple[str, str], _Factors]] = OrderedDict()
        self._untouched: dict[tuple[str, str], torch.Tensor] = {}
        self._merged: dict[tuple[str, str], Strengths] = {}

    def use(self, packs: Sequence[tuple[str | Path, float]]) -> None:
        """Let these (file, strength) pairs act and no others; strengths of one file add up.

        Nothing changes where a pack can't be used. Raises EngineError: those of weight_files.read,
        lora-does-not-fit.
        """
        strengths: dict[str, float] = {}
        for path, strength in packs:
            if strength:
                name = self._hash(path)
                self._take(name, Path(path))
                strengths[name] = strengths.get(name, 0.0) + float(strength)
        self._merge(tuple(sorted((name, s) for name, s in strengths.items() if s)))
        while len(self._factors) > max(self.resident, len(strengths)):
            self._factors.popitem(last=False)

    def in_memory(self) -> list[str]:
        """Hashes of the packs in memory, the one unused longest first."""
        return list(self._factors)

    def act_on(self, part: str) -> Strengths:
        """Those that act on a part of the model (see Family.network, .text_encoders)."""
        return tuple(
            (name, strength)
            for name, strength in self.acting
            if any(where == part for where, _ in self._factors[name])
        )

    def _hash(self, path: str | Path) -> str:
        """The hash of all that is read of a pack; a file that looks untouched is not read again."""
        file = style_paths.file_of(path)
        config = file.parent / CONFIG_NAME
        files = [file, config] if config.is_file() else [file]
        try:
            looks = [(str(one), *_looks(one)) for one in files]
        except FileNotFoundError as error:
            raise EngineError("file-missing", path=str(path)) from error
        key = tuple(looks)
        if key not in self._hashes:
            hashes = [weight_files.sha256(one) for one in files]
            # The same weights under another configuration are another pack.
            whole = hashlib.sha256(":".join(hashes).encode()).hexdigest()
            self._hashes[key] = hashes[0] if len(hashes) == 1 else whole
        return self._hashes[key]

    def _take(self, name: str, path: Path) -> None:
        """Read a pack that is not in memory, and note that it was used."""
        if name not in self._factors:
            weights = weight_files.read(path)
            reason = adapters.misfit(self._table, weights)
            if reason:
                raise EngineError(
                    "lora-does-not-fit",
                    name=style_paths.name_of(path),
                    family=header.look(path).family,
                    base=self.base_name or "that is loaded",
                    reason=reason,
                )
            factors = {}
            for kohya, module in weights.modules.items():
                part, layer_path, layer = self._table[kohya]
                up = module.up.float().flatten(1) * module.scale
                down = module.down.float().flatten(1)
                device = layer.get_parameter("weight").device
                factors[part, layer_path] = _Factors(up.to(device), down.to(device))
            self._factors[name] = factors
        self._factors.move_to_end(name)

    @torch.no_grad()
    def _merge(self, strengths: Strengths) -> None:
        if strengths == self.acting:
            return
        by_layer: dict[tuple[str, str], list[tuple[str, float]]] = {}
        for name, strength in strengths:
            for key in self._factors[name]:
                by_layer.setdefault(key, []).append((name, strength))
        for key in [key for key in self._merged if key not in by_layer]:
            self._weight(key).copy_(self._untouched[key])
            del self._merged[key]
        for key, pairs in by_layer.items():
            if self._merged.get(key) != tuple(pairs):
                self._write(key, pairs)
                self._merged[key] = tuple(pairs)
        self.acting = strengths

    def _weight(self, key: tuple[str, str]) -> torch.nn.Parameter:
        return self._layers[key].get_parameter("weight")

    def _write(self, key: tuple[str, str], pairs: Iterable[tuple[str, float]]) -> None:
        """W = base + Σ strength · up · down, rounded to the weights' format once."""
        weight = self._weight(key)
        if key not in self._untouched:
            self._untouched[key] = weight.detach().clone()
        base = self._untouched[key]
        factors = [(self._factors[name][key], strength) for name, strength in pairs]
        up = torch.cat([one.up * strength for one, strength in factors], 1).to(weight.dtype)
        down = torch.cat([one.down for one, _ in factors]).to(weight.dtype)
        if weight.is_contiguous():
            torch.addmm(base.flatten(1), up, down, out=weight.view(len(weight), -1))
        else:
            weight.copy_(torch.addmm(base.flatten(1), up, down).view_as(weight))
