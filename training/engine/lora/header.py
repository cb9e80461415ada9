"""The one check of a LoRA file: every tensor and every setting of it is used or refused by name.

It reads the header, the alphas and what peft tells beside it, and needs no torch, so the site asks
it in a web process. Inspecting, drawing, importing and exporting all hear what is said here.
"""

import struct
from dataclasses import dataclass, field
from pathlib import Path

from training.engine import families
from training.engine.errors import EngineError
from training.engine.families import strangers
from training.engine.files import style_paths
from training.engine.files.safetensors_header import Header, read_header
from training.engine.lora import settings
from training.engine.lora.kinds import kind_of
from training.engine.lora.names import (
    dialect_of,
    encoder_of,
    is_ours,
    is_skipped_by_kohya,
    part_of,
    place_of,
)
from training.engine.lora.settings import CONFIG_NAME, LoraSettings

MOST_FAULTS = 20  # that are told one by one
_SCALARS = {"F16": "<e", "F32": "<f", "F64": "<d", "I8": "<b", "I16": "<h", "I32": "<i"}
_SCALARS |= {"I64": "<q", "U8": "<B", "U16": "<H", "U32": "<I", "U64": "<Q", "BF16": ""}
Halves = dict[str, dict[str, str]]
"""Layer by kohya's name → half → the key of its tensor."""

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
    family: one of families.NAMES, another network's name, or "unknown".
    claimed: the family its metadata names ("" when none). dialect: kohya, sgm, diffusers or peft.
    fatal: why it can't be used, worst first. warnings: what is odd about a file that can.
    notes: what a user of other tools should know of a sound file.
    """

    file: Path
    name: str
    header: Header
    layers: dict[str, LayerEntry]
    halves: Halves
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
    name = name or _display_name(Path(path))
    name = name.encode("utf-8", "replace").decode()  # a disk may hold names that are no text
    header = read_header(file, name)
    return _Look(file, name, header, config).result()


def _display_name(path: Path) -> str:
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
        self.encoder = ""

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
        lora = LoraHeader(
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
        lora.warnings.extend(_warnings(lora))
        lora.notes.extend(_notes(lora))
        return lora

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
            self.encoder = encoder_of(self.file, self.header, trained_on)

    def _sorted_tensors(self) -> tuple[Halves, dict[str, tuple[str, str]], Halves, list[str]]:
        """(module → half → key, module → (component, path), module → alpha's key, other keys)."""
        halves: Halves = {}
        alphas: Halves = {}
        paths: dict[str, tuple[str, str]] = {}
        foreign: list[str] = []
        for key in self.header.tensors:
            place = place_of(key, self.encoder)
            if place is None:
                foreign.append(key)
                continue
            keys = alphas.setdefault(place.module, {}) if place.half == "alpha" else None
            keys = halves.setdefault(place.module, {}) if keys is None else keys
            if place.half in keys:
                self.fatal.append(
                    EngineError(
                        "lora-layer-twice",
                        name=self.name,
                        first=keys[place.half],
                        second=key,
                    )
                )
                if len(self.fatal) > MOST_FAULTS:
                    break
            keys[place.half] = key
            paths.setdefault(place.module, (place.component, place.path))
        return halves, paths, alphas, foreign

    def _refuse_foreign(self, foreign: list[str], halves: Halves) -> None:
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

    def _refuse_other_network(self, halves: Halves, family: str) -> None:
        """What no base of ours can be drawn with is refused here already, whoever asks."""
        strange = next((module for module in halves if not is_ours(module)), "")
        if strange or family not in (*families.NAMES, "unknown"):
            layer = next(iter(halves[strange or next(iter(halves))].values()))
            raise EngineError("lora-network-foreign", name=self.name, layer=layer[:200])

    def _read_layer(
        self, module: str, halves: Halves, paths: dict[str, tuple[str, str]], alphas: Halves
    ) -> None:
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
        configured = self._configured_alpha(module, *paths[module], rank)
        differs = (
            stored is not None and configured is not None and not _is_near(stored, configured, 1e-3)
        )
        if differs:
            raise EngineError(
                "lora-alpha-contradicts",
                name=self.name,
                module=module,
                first=stored,
                second=configured,
            )
        alpha = configured if stored is None else stored
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
            content = f"{list(entry.shape)} {entry.dtype}" if value is None else value
            raise EngineError(
                "lora-alpha-unusable", name=self.name, module=module, value=str(content)
            )
        return value

    def _configured_alpha(self, module: str, component: str, path: str, rank: int) -> float | None:
        part = component or part_of(module)
        sources = [self.settings.get(part), self.settings.get(""), self.beside]
        candidates = [source.alpha_of(path, rank) for source in sources if source]
        alphas = [alpha for alpha in candidates if alpha is not None]
        if alphas and not _is_near(min(alphas), max(alphas), 1e-6):
            raise EngineError(
                "lora-alpha-contradicts",
                name=self.name,
                module=module,
                first=min(alphas),
                second=max(alphas),
            )
        return alphas[0] if alphas else None

    def _ask_for_config(self) -> None:
        """peft writes alpha into its configuration only; diffusers' own names mean alpha = rank."""
        for layer in self.layers.values():
            place = place_of(layer.down)
            if place and layer.alpha is None and ".lora_A." in layer.down and not place.component:
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


def _are_halves(down: tuple[int, ...], up: tuple[int, ...]) -> bool:
    """Whether two shapes make a layer: (rank, in[, k, k]) and (out, rank[, 1, 1]), none empty."""
    if len(down) not in (2, 4) or len(up) not in (2, 4) or 0 in (*down, *up):
        return False
    return down[0] == up[1] and set(up[2:]) <= {1}


def _is_near(value: float, other: float, tolerance: float) -> bool:
    """Whether a value is another within a share of the latter."""
    return abs(value - other) <= tolerance * abs(other)


def _width(entry) -> int:
    return 2 if entry.dtype == "BF16" else struct.calcsize(_SCALARS[entry.dtype])


def _number(dtype: str, raw: bytes) -> float:
    if dtype == "BF16":  # the upper half of an F32
        dtype, raw = "F32", b"\0\0" + raw
    return float(struct.unpack(_SCALARS[dtype], raw)[0])


def _warnings(lora: LoraHeader) -> list[EngineError]:
    warnings = []
    if lora.claimed and lora.family != lora.claimed:
        warnings.append(
            EngineError("lora-header-lies", name=lora.name, claimed=lora.claimed, found=lora.family)
        )
    told = lora.header.metadata.get("ss_network_dim", "")
    ranks = {str(layer.rank) for layer in lora.layers.values()}
    if told.isdecimal() and ranks and str(int(told)) not in ranks:
        found = ", ".join(sorted(ranks, key=int))
        warnings.append(EngineError("lora-rank-lies", name=lora.name, told=told, found=found))
    lacking = sum(layer.alpha is None for layer in lora.layers.values())
    if not lora.fatal and lacking:
        total = len(lora.layers)
        warnings.append(
            EngineError("lora-alpha-missing", name=lora.name, count=lacking, total=total)
        )
    return warnings


def _notes(lora: LoraHeader) -> list[EngineError]:
    skipped = [module for module in lora.layers if is_skipped_by_kohya(module)]
    if not skipped:
        return []
    return [
        EngineError(
            "lora-layers-beyond-kohya",
            name=lora.name,
            count=len(skipped),
            layers=", ".join(skipped[:4]),
        )
    ]


def _family(header: Header, halves: Halves) -> tuple[str, str]:
    """(family the weights fit, family the metadata claims or "")."""
    claims = (family.name for family in families.ALL if family.claims(header.metadata))
    claimed = next(claims, "") or strangers.claimed_by(header.metadata)
    lower = {module: pair["down"] for module, pair in halves.items() if "down" in pair}
    shapes = {module: header.tensors[key].shape for module, key in lower.items()}
    owners = (family.name for family in families.ALL if family.owns_lora(shapes))
    network = strangers.network_of_lora(header.tensors, shapes) or next(owners, "")
    return network or claimed or "unknown", claimed
