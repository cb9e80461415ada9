"""Base models: found by name or path, and told apart by their headers alone.

A base is one .safetensors file, or a diffusers folder. Which family it is of, and what follows
from that, the families say (engine/families).
"""

from collections.abc import Iterable
from pathlib import Path

from training.engine import families
from training.engine.errors import EngineError
from training.engine.families import strangers
from training.engine.families.base_files import read_config
from training.engine.families.base_info import BaseInfo
from training.engine.files.safetensors_header import is_pickle, read_header

BUNDLED = families.BUNDLED
BUNDLED_FOLDER = Path(__file__).parents[2] / "minibase" / "weights"


def describe(path_or_name: str | Path, dirs: Iterable[str | Path] = ()) -> BaseInfo:
    """What a base model is, by path or name; only headers and configurations are read.

    Raises EngineError: base-missing, base-is-pickle, base-unreadable, base-family-unsupported,
    base-not-a-model.
    """
    path = find(path_or_name, dirs)
    if path.is_dir():
        return _describe_folder(path)
    return _describe_file(path)


def find(name_or_path: str | Path, dirs: Iterable[str | Path] = ()) -> Path:
    """The file or folder a name stands for: BUNDLED, a path, or a name inside `dirs`.

    Raises EngineError("base-missing").
    """
    text = str(name_or_path)
    if text == BUNDLED:
        if not BUNDLED_FOLDER.is_dir():
            raise EngineError("base-missing", name=text, places=_short(BUNDLED_FOLDER))
        return BUNDLED_FOLDER
    path = Path(text).expanduser()
    if path.exists():
        return path.resolve()
    folders = [Path(folder) for folder in dirs]
    for folder in folders:
        for candidate in (folder / text, folder / f"{text}.safetensors"):
            if candidate.exists():
                return candidate.resolve()
    places = ", ".join(str(place) for place in [path, *folders])
    raise EngineError("base-missing", name=text, places=places)


def list_bases(folder: str | Path) -> list[BaseInfo]:
    """The usable base models directly inside a folder, by name; the bundled one is not among them.

    What can't be used is left out; describe() of its path tells why.
    """
    folder = Path(folder)
    if not folder.is_dir():
        return []
    bases = []
    for path in sorted(folder.iterdir()):
        single = path.suffix == ".safetensors" and path.is_file()
        if single or (path / "model_index.json").is_file():
            try:
                bases.append(describe(path))
            except EngineError:
                continue
    return bases


def _describe_folder(path: Path) -> BaseInfo:
    index = read_config(path / "model_index.json", path.name)
    studio = {}
    if (path / "studio.json").is_file():
        studio = read_config(path / "studio.json", path.name)
    family = next((one for one in families.ALL if one.owns_folder(index, studio)), None)
    if family is None:
        reason = f"it is a {index.get('_class_name')}"
        raise EngineError("base-family-unsupported", name=path.name, reason=reason)
    name = BUNDLED if path == BUNDLED_FOLDER.resolve() or path == BUNDLED_FOLDER else path.name
    return family.describe_folder(name, path, studio)


def _describe_file(path: Path) -> BaseInfo:
    if is_pickle(path):
        raise EngineError("base-is-pickle", name=path.name)
    try:
        header = read_header(path)
    except EngineError as error:
        reason = error.facts.get("reason", str(error))
        raise EngineError("base-unreadable", name=path.name, reason=reason) from error
    kind, reason = strangers.file_kind(header.tensors)
    if kind:
        raise EngineError("base-not-a-model", name=path.name, what=kind)
    family = next((one for one in families.ALL if one.owns_file(header)), None)
    if family is None:
        raise EngineError("base-family-unsupported", name=path.name, reason=reason)
    return family.describe_file(path, header)


def _short(path: Path) -> str:
    """A path inside the house, as people know it."""
    return str(Path(*path.parts[-3:]))
