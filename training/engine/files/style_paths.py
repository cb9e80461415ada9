"""Where LoRA files lie: a file, or a folder as peft and diffusers leave it, named by itself."""

from pathlib import Path

from training.engine.errors import EngineError

ENDING = ".safetensors"
FOLDER_FILES = ("adapter_model.safetensors", "pytorch_lora_weights.safetensors")
"""What peft and diffusers call the weights of every style; the folder has the style's name."""
_PICKLES = ("adapter_model.bin", "pytorch_lora_weights.bin")


def file_of(path: str | Path) -> Path:
    """The weights that a path stands for: the file itself, or the one of a folder.

    Raises EngineError: lora-folder-unclear, file-is-pickle. A path that is not there stays.
    """
    path = Path(path)
    if not path.is_dir():
        return path
    for name in FOLDER_FILES:
        if (path / name).is_file():
            return path / name
    for name in _PICKLES:
        if (path / name).is_file():
            raise EngineError("file-is-pickle", name=f"{path.name}/{name}")
    files = [file for file in sorted(path.glob("*.safetensors")) if file.is_file()]
    if len(files) == 1:
        return files[0]
    parts = [folder.name for folder in sorted(path.iterdir()) if _is_style_folder(folder)]
    raise EngineError(
        "lora-folder-unclear",
        name=path.name,
        files=", ".join([file.name for file in files[:5]] + parts[:5]) or "–",
    )


def name_of(path: str | Path) -> str:
    """What a style is called: the stem of its file, or its folder where that has the name."""
    path = Path(path)
    if path.is_dir() or path.name in FOLDER_FILES:
        folder = path if path.is_dir() else path.parent
        return folder.resolve().name or path.stem
    return path.stem


def stem_of(name: str) -> str:
    """A name that somebody gave for a style's file: its ending, if it was written, goes."""
    return name[: -len(ENDING)] if name.lower().endswith(ENDING) else name


def styles_in(folder: str | Path) -> dict[str, Path]:
    """name → file of every style of a folder: its files, and its folders as peft leaves them."""
    folder = Path(folder)
    if not folder.is_dir():
        return {}
    styles = {}
    for path in sorted(folder.iterdir(), key=lambda path: (path.is_dir(), path.name)):
        if path.name.startswith("."):
            continue
        if _is_style_folder(path):
            # A file and a folder of one name: the folder's is told apart by its stroke.
            name = name_of(path) if name_of(path) not in styles else f"{name_of(path)}/"
            styles[name] = file_of(path)
        elif path.suffix == ".safetensors" and path.is_file():
            styles[name_of(path)] = path
    return styles


def _is_style_folder(path: Path) -> bool:
    return path.is_dir() and any((path / name).is_file() for name in FOLDER_FILES)
