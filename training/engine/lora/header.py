"""The one check of a LoRA file: every tensor and every setting of it is used or refused by name.

It reads the header, the alphas and what peft tells beside it, and needs no torch, so the site asks
it in a web process. Inspecting, drawing, importing and exporting all hear what is said here.
"""

import struct
from dataclasses import dataclass, field
from pathlib import Path

from training.engine.base.base_models import FAMILIES
from training.engine.errors import EngineError
from training.engine.files import style_paths
from training.engine.files.safetensors_header import Header, read_header
from training.engine.lora import settings
from training.engine.lora.kinds import kind_of
from training.engine.lora.names import dialect_of, is_ours, is_skipped_by_kohya, part_of, place_of
from training.engine.lora.settings import CONFIG_NAME, LoraSettings

MOST_FAULTS = 20  # that are told one by one
_TEXT_WIDTHS = {768: "sd15", 1024: "sd2", 2048: "sdxl"}
_OTHER_NETWORKS = {
    "double_blocks": "flux",
    "single_transformer_blocks": "flux",
    "joint_blocks": "sd3",
    "transformer.": "transformer",
    "lora_transformer_": "transformer",
}
_SCALARS = {"F16": "<e", "F32": "<f", "F64": "<d", "I8": "<b", "I16": "<h", "I32": "<i"}
_SCALARS |= {"I64": "<q", "U8": "<B", "U16": "<H", "U32": "<I", "U64": "<Q", "BF16": ""}
_FLOATS = {"F16", "BF16", "F32", "F64", "F8_E4M3", "F8_E5M2"}


@dataclass(frozen=True)
class LayerEntry:
    """One layer by the header: keys of its halves, its rank, and alpha as files store it.

    alpha: None where nothing tells it; tools then take alpha = rank. shape_in: of the lower half
    without its rank, (in[, k, k]). out: rows of the upper half.
    """

    down: str
    up: str
    rank: int
    alpha: float | None
    shape_in: tuple[int, ...]
    out: int


@dataclass(frozen=True)
class LoraHeader:
    """A LoRA file, looked at without reading its weights.

    file: where the weights are. name: what messages call it. layers: by kohya name.
    halves: layers that were found, whole or not, by the keys of their halves.
    family: "sd15", "sdxl", "sd2", "studio-mini", another network's name, or "unknown".
    claimed: the family its metadata names ("" when none). dialect: kohya, sgm, diffusers or peft.
    fatal: why it can't be used, worst first. warnings: what is odd about a file that can.
    notes: what a user of other tools should know of a sound file.
    """

    file: Path
    name: str
    header: Header
    layers: dict[str, LayerEntry]
    halves: dict[str, dict[str, str]]
    family: str
    claimed: str
    dialect: str
    fatal: list[EngineError] = field(default_factory=list)
    warnings: list[EngineError] = field(default_factory=list)
    notes: list[EngineError] = field(default_factory=list)

    def require(self) -> "LoraHeader":
        """Itself, if it can be used. Raises its worst fault."""
        if self.fatal:
            raise self.fatal[0]
        return self


def look(path: str | Path, name: str = "", config: str | Path | bool = True) -> LoraHeader:
    """A LoRA file or folder, looked at with everything odd about it.

    name: what messages call it; "" is its own name. config: its adapter_config.json; True is the
    one beside it, where there is one, False is none. Raises EngineError when it can't be looked
    into at all: file-missing, file-is-pickle, file-not-safetensors, lora-folder-unclear.
    """
    file = style_paths.file_of(path)
    name = name or _called(Path(path))
    name = name.encode("utf-8", "replace").decode()  # a disk may hold names that are no text
    header = read_header(file, name)
    return _Look(file, name, header, config).result()


def _called(path: Path) -> str:
    """A folder goes by its own name, and so does the file in it that is called as in all others."""
    if path.is_dir():
        return path.resolve().name
    if path.name in style_paths.FOLDER_FILES:
        return f"{path.resolve().parent.name}/{path.name}".removeprefix("/")
    return path.name


class _Look:
    """The steps of looking at one file; faults are gathered, not raised."""

    def __init__(self, file: Path, name: str, header: Header, config):
        self.file, self.name, self.header = file, name, header
        beside = _config_beside(file, header) if config is True else config
        self.config = Path(beside) if beside else None
        self.fatal: list[EngineError] = []
        self.layers: dict[str, LayerEntry] = {}
        self.settings: dict[str, LoraSettings] = {}
        self.beside: LoraSettings | None = None
        self.encoder = "text_encoder"

    def result(self) -> LoraHeader:
        self._try(self._read_settings)
        halves, paths, alphas, foreign = self._sorted_tensors()
        family, claimed = _family(self.header, halves)
        self._try(self._refuse_foreign, foreign, halves)
        if not self.fatal:
            self._try(self._refuse_other_network, halves, family)
        if not self.fatal:
            for module in halves | alphas:
                self._try(self._read_layer, module, halves, paths, alphas)
                if len(self.fatal) >= MOST_FAULTS:
                    break
        if not self.fatal:
            self._try(self._ask_for_config)
        found = LoraHeader(
            self.file,
            self.name,
            self.header,
            self.layers,
            halves,
            family,
            claimed,
            dialect_of(self.header.tensors),
            self.fatal,
        )
        found.warnings.extend(_warnings(found))
        found.notes.extend(_notes(found))
        return found

    def _try(self, step, *arguments) -> None:
        try:
            step(*arguments)
        except EngineError as error:
            self.fatal.append(error)

    def _read_settings(self) -> None:
        if settings.says_dora(self.header.metadata):
            # With its magnitudes it is refused by them; without, it would pass for a plain LoRA.
            raise EngineError("lora-kind-unsupported", name=self.name, kind="DoRA")
        self.settings = settings.from_header(self.name, self.header.metadata)
        if self.config:
            self.beside, trained_on = settings.from_config(self.name, self.config)
            self.encoder = _encoder(self.file, self.header, trained_on)

    def _sorted_tensors(self):
        """(module → half → key, module → (component, path), module → alpha's key, other keys)."""
        halves, paths, alphas, foreign = {}, {}, {}, []
        for key in self.header.tensors:
            place = place_of(key, self.encoder)
            if place is None:
                foreign.append(key)
                continue
            kept = alphas.setdefault(place.module, {}) if place.half == "alpha" else None
            kept = halves.setdefault(place.module, {}) if kept is None else kept
            if place.half in kept:
                self.fatal.append(
                    EngineError(
                        "lora-layer-twice",
                        name=self.name,
                        first=kept[place.half],
                        second=key,
                    )
                )
                if len(self.fatal) > MOST_FAULTS:
                    break
            kept[place.half] = key
            paths.setdefault(place.module, (place.component, place.path))
        return halves, paths, alphas, foreign

    def _refuse_foreign(self, foreign: list[str], halves: dict) -> None:
        if not foreign and halves:
            return
        if any(error.code == "lora-kind-unsupported" for error in self.fatal):
            return  # its settings have said so
        kind = kind_of(self.header, foreign)
        if kind:
            raise EngineError("lora-kind-unsupported", name=self.name, kind=kind)
        if not halves:
            raise EngineError("lora-empty", name=self.name)
        raise EngineError(
            "lora-tensors-foreign", name=self.name, count=len(foreign), tensor=foreign[0][:200]
        )

    def _refuse_other_network(self, halves: dict, family: str) -> None:
        """What no base of ours can be drawn with is refused here already, whoever asks."""
        strange = next((module for module in halves if not is_ours(module)), "")
        if strange or family not in (*FAMILIES, "unknown"):
            layer = next(iter(halves[strange or next(iter(halves))].values()))
            raise EngineError("lora-network-foreign", name=self.name, layer=layer[:200])

    def _read_layer(self, module: str, halves: dict, paths: dict, alphas: dict) -> None:
        pair = halves.get(module, {})
        if pair.keys() != {"down", "up"}:
            raise EngineError("lora-incomplete", name=self.name, module=module)
        down, up = (self.header.tensors[pair[half]] for half in ("down", "up"))
        for half, entry in (("down", down), ("up", up)):
            if entry.dtype not in _FLOATS:
                raise EngineError(
                    "lora-dtype-unsupported",
                    name=self.name,
                    module=pair[half],
                    dtype=entry.dtype,
                )
        if not _are_halves(down.shape, up.shape):
            raise EngineError(
                "lora-shapes-odd",
                name=self.name,
                module=module,
                down=list(down.shape),
                up=list(up.shape),
            )
        rank = down.shape[0]
        stored = self._stored_alpha(module, alphas[module]["alpha"]) if module in alphas else None
        told = self._told_alpha(module, *paths[module], rank)
        if None not in (stored, told) and abs(stored - told) > 1e-3 * abs(told):
            raise EngineError(
                "lora-alpha-contradicts", name=self.name, module=module, first=stored, second=told
            )
        alpha = told if stored is None else stored
        self.layers[module] = LayerEntry(
            pair["down"], pair["up"], rank, alpha, down.shape[1:], up.shape[0]
        )

    def _stored_alpha(self, module: str, key: str) -> float:
        entry = self.header.tensors[key]
        value = None
        if entry.dtype in _SCALARS and entry.end - entry.begin == _width(entry):
            with self.file.open("rb") as file:
                file.seek(self.header.start + entry.begin)
                value = _number(entry.dtype, file.read(entry.end - entry.begin))
        if value is None or not settings.is_alpha(value):
            shown = f"{list(entry.shape)} {entry.dtype}" if value is None else value
            raise EngineError(
                "lora-alpha-unusable", name=self.name, module=module, value=str(shown)
            )
        return value

    def _told_alpha(self, module: str, component: str, path: str, rank: int) -> float | None:
        part = component or part_of(module)
        sources = [self.settings.get(part), self.settings.get(""), self.beside]
        told = [source.alpha_of(path, rank) for source in sources if source]
        told = [alpha for alpha in told if alpha is not None]
        if told and max(told) - min(told) > 1e-6 * abs(max(told)):
            raise EngineError(
                "lora-alpha-contradicts",
                name=self.name,
                module=module,
                first=min(told),
                second=max(told),
            )
        return told[0] if told else None

    def _ask_for_config(self) -> None:
        """peft writes alpha into its configuration only; diffusers' own names mean alpha = rank."""
        for layer in self.layers.values():
            place = place_of(layer.down)
            if layer.alpha is None and ".lora_A." in layer.down and not place.component:
                raise EngineError("lora-config-missing", name=self.name, config=CONFIG_NAME)


def _config_beside(file: Path, header: Header) -> Path | None:
    """The adapter_config.json that speaks for a file: peft's own name, or nothing else is there."""
    config = file.parent / CONFIG_NAME
    if not config.is_file() or dialect_of(header.tensors) in ("kohya", "sgm"):
        return None
    if file.name == style_paths.FOLDER_FILES[0]:
        return config
    bare = all(not place.component for key in header.tensors if (place := place_of(key)))
    alone = sum(1 for _ in file.parent.glob("*.safetensors")) == 1
    return config if bare or alone else None


def _encoder(file: Path, header: Header, trained_on: str) -> str:
    """Which text encoder a peft file of one is for: by its class, its folder, or its width."""
    if trained_on == "CLIPTextModelWithProjection" or file.parent.name == "text_encoder_2":
        return "text_encoder_2"
    widths = {entry.shape[-1] for key, entry in header.tensors.items() if "q_proj.lora_A" in key}
    return "text_encoder_2" if widths == {1280} else "text_encoder"


def _are_halves(down: tuple[int, ...], up: tuple[int, ...]) -> bool:
    """Whether two shapes make a layer: (rank, in[, k, k]) and (out, rank[, 1, 1]), none empty."""
    if len(down) not in (2, 4) or len(up) not in (2, 4) or 0 in (*down, *up):
        return False
    return down[0] == up[1] and set(up[2:]) <= {1}


def _width(entry) -> int:
    return 2 if entry.dtype == "BF16" else struct.calcsize(_SCALARS[entry.dtype])


def _number(dtype: str, raw: bytes) -> float:
    if dtype == "BF16":  # the upper half of an F32
        dtype, raw = "F32", b"\0\0" + raw
    return float(struct.unpack(_SCALARS[dtype], raw)[0])


def _warnings(found: LoraHeader) -> list[EngineError]:
    warnings = []
    if found.claimed and found.family != found.claimed:
        warnings.append(
            EngineError(
                "lora-header-lies", name=found.name, claimed=found.claimed, found=found.family
            )
        )
    lacking = sum(layer.alpha is None for layer in found.layers.values())
    if not found.fatal and lacking:
        total = len(found.layers)
        warnings.append(
            EngineError("lora-alpha-missing", name=found.name, count=lacking, total=total)
        )
    return warnings


def _notes(found: LoraHeader) -> list[EngineError]:
    skipped = [module for module in found.layers if is_skipped_by_kohya(module)]
    if not skipped:
        return []
    return [
        EngineError(
            "lora-layers-beyond-kohya",
            name=found.name,
            count=len(skipped),
            layers=", ".join(skipped[:4]),
        )
    ]


def _family(header: Header, halves: dict) -> tuple[str, str]:
    """(family the weights fit, family the metadata claims or "")."""
    claimed = _claimed(header.metadata)
    for key in header.tensors:
        for mark, network in _OTHER_NETWORKS.items():
            if key.startswith(mark) or (mark.endswith("blocks") and mark in key):
                return network, claimed
    for module, pair in halves.items():
        if module.endswith("attn2_to_k") and "down" in pair:
            width = _width_of(header, pair["down"])
            if width in _TEXT_WIDTHS:
                return _TEXT_WIDTHS[width], claimed
    # A file of text encoders alone: only SDXL has two; of the others the width tells.
    if not any(module.startswith("lora_unet_") for module in halves):
        if any(module.startswith("lora_te2_") for module in halves):
            return "sdxl", claimed
        for module, pair in halves.items():
            if module.startswith("lora_te_") and module.endswith("q_proj") and "down" in pair:
                width = _width_of(header, pair["down"])
                return _TEXT_WIDTHS.get(width, claimed or "unknown"), claimed
    return claimed or "unknown", claimed


def _width_of(header: Header, key: str) -> int:
    shape = header.tensors[key].shape
    return shape[1] if len(shape) > 1 else 0


def _claimed(metadata: dict[str, str]) -> str:
    version = metadata.get("ss_base_model_version", "")
    architecture = metadata.get("modelspec.architecture", "")
    if version.startswith("studio_mini") or architecture.startswith("studio-mini"):
        return "studio-mini"
    if version.startswith("sdxl_") or architecture.startswith("stable-diffusion-xl"):
        return "sdxl"
    if metadata.get("ss_v2") == "True" or version.startswith("sd_v2"):
        return "sd2"
    if version.startswith("sd_v1") or architecture.startswith("stable-diffusion-v1"):
        return "sd15"
    return ""
