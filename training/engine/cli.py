"""The engine's commands, shared by `python -m training.engine` and `manage.py`.

Here stand their names, their help and what they take; what they do stands in `commands/`. Exit
codes: 0 done, 1 failed on the way, 2 refused before the first step with every fault listed.
"""

import argparse
import importlib
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType

from training.engine.base.base_models import BUNDLED
from training.engine.commands.defaults import DENOISING_STRENGTH
from training.engine.commands.outcome import FAILED, fail
from training.engine.errors import EngineError
from training.engine.lora.profiles import PROFILES
from training.engine.prompts import letters, strengths


@dataclass(frozen=True)
class Command:
    """One command: its help and what it takes."""

    help: str
    add_arguments: Callable[[argparse.ArgumentParser], None]


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m training.engine")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, command in COMMANDS.items():
        command.add_arguments(commands.add_parser(name, help=command.help))
    options = parser.parse_args(argv)
    return run(options.command, options)


def run(name: str, options: argparse.Namespace) -> int:
    """Run a command; an EngineError becomes lines on stderr and an exit code."""
    try:
        return _module(name).run(options)
    except EngineError as error:
        return fail(error, FAILED)


def _module(name: str) -> ModuleType:
    """What a command does. Raises EngineError("package-missing") without an optional package."""
    # Loaded now and not above: torch takes seconds, which --help and the other commands are spared.
    try:
        return importlib.import_module(f"training.engine.commands.{name}")
    except ModuleNotFoundError as error:
        raise EngineError(
            "package-missing", feature=f"“{name}”", package=error.name, setting="command"
        ) from error


def _add_train_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", required=True, metavar="run.yaml", help="settings of the run")
    parser.add_argument(
        "--resume", action="store_true", help="go on from the last saved state of output_dir"
    )
    parser.add_argument(
        "--skip-bad", action="store_true", help="leave bad images out instead of stopping"
    )
    parser.add_argument(
        "--no-advice", action="store_true", help="don't draw pictures to recommend a checkpoint"
    )


def _add_label_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--input", required=True, metavar="DIR", help="folder of pictures")
    parser.add_argument(
        "--output", required=True, metavar="metadata.csv", help="captions file, .csv or .jsonl"
    )
    parser.add_argument(
        "--overwrite",
        action="store_true",
        help="draft again where a caption is there; the file as it was stays beside it as .bak",
    )
    parser.add_argument("--labeler", choices=("clip", "blip"), default="clip")
    parser.add_argument("--model", metavar="DIR", help="folder of the CLIP or BLIP weights")
    parser.add_argument("--vocabulary", metavar="FILE", help="terms for --labeler clip (YAML)")
    parser.add_argument("--prefix", default="", help="trigger words put in front of captions")


def _add_screen_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--input", required=True, metavar="DIR", help="folder of pictures")
    parser.add_argument("--json", action="store_true", help="one JSON list on stdout")
    parser.add_argument(
        "--resolution", type=int, default=512, metavar="PX", help="short side of the training"
    )


def _add_generate_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--prompt",
        required=True,
        help="text, with <lora:name:0.7> for packs, (word:1.2) for weights, BREAK for a new part",
    )
    parser.add_argument(
        "--negative-prompt", default="", help="what not to show; no style acts here"
    )
    parser.add_argument("--lora-dir", metavar="DIR", help="folder in which pack names are files")
    parser.add_argument("--base-model", default=BUNDLED, metavar="NAME_OR_PATH")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--guidance", type=_number, default=5.0)
    parser.add_argument("--width", type=int)
    parser.add_argument("--height", type=int)
    parser.add_argument("--scheduler", default="dpm++", help="dpm++, euler, ddim or lcm")
    parser.add_argument("--init-image", metavar="FILE", help="picture to begin from")
    parser.add_argument(
        "--denoising-strength",
        "--change",  # as it was called before
        type=_number,
        help="how far that picture may move, 0 to 1, "
        f"{DENOISING_STRENGTH:g} if not told; with --init-image",
    )
    parser.add_argument(
        "--mask", metavar="FILE", help="white is painted anew, black is kept; with --init-image"
    )
    parser.add_argument("--output", required=True, metavar="out.png")


def _add_inspect_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a LoRA file, or a folder as PEFT leaves it")
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")


def _add_export_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a LoRA file, or a folder as PEFT leaves it")
    parser.add_argument("--output", required=True, metavar="DIR", help="folder for the copy")
    parser.add_argument(
        "--profile",
        choices=PROFILES,
        default="internal",
        help="internal tells everything; external only what other tools need",
    )
    parser.add_argument("--name", default="", help="name of the file; else its own")
    parser.add_argument("--license", default="", help="licence; an external file needs one")
    parser.add_argument("--trigger", default="", help="trigger words, if not those of the file")
    parser.add_argument("--precision", choices=("fp16", "fp32"), help="number format; else kept")
    parser.add_argument("--strength", type=_number, default=0.7, help="strength to begin with")
    parser.add_argument(
        "--base-model", metavar="NAME_OR_PATH", help="draw a preview with it, and check the effect"
    )
    parser.add_argument("--prompt", default="", help="prompt of the preview; with --base-model")


def _number(text: str) -> float:
    """A number as an option is given one; what float() makes a number of besides is none."""
    number = strengths.read(text)
    if number is None:
        raise argparse.ArgumentTypeError(f"“{letters.printable(text)}” is not a number like 0.7")
    return number


def _add_enlarge_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("picture", metavar="PICTURE", help="the picture to make larger")
    parser.add_argument("output", metavar="OUT", help=".png, .jpg, .webp or .tif")
    parser.add_argument("--factor", type=_number, default=2.0, help="how many times as large")
    parser.add_argument(
        "--weights", metavar="FILE", help="another network, as docs/tools/make_upscaler.py makes"
    )


def _add_cut_out_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("photo", metavar="PHOTO", help="the photograph of a car")
    parser.add_argument("output", metavar="OUT", help=".png, .webp or .tif")
    parser.add_argument(
        "--shadow", action="store_true", help="with the shadow that the car keeps on the ground"
    )


COMMANDS = {
    "train": Command("Train a style from a YAML configuration.", _add_train_arguments),
    "label": Command("Draft captions for a folder.", _add_label_arguments),
    "screen": Command("Report the quality of a folder's pictures.", _add_screen_arguments),
    "generate": Command("Render one picture.", _add_generate_arguments),
    "enlarge": Command("Make a picture larger.", _add_enlarge_arguments),
    "cut_out": Command("Cut a car out of a photograph.", _add_cut_out_arguments),
    "inspect": Command("Explain a LoRA file.", _add_inspect_arguments),
    "export": Command(
        "Copy a LoRA file for other tools, with its card and preview.", _add_export_arguments
    ),
}
