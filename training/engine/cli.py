"""The engine's commands, shared by `python -m training.engine` and `manage.py`.

Each command has an `add_…_arguments(parser)` and a `run_…(options) -> exit code`: 0 done,
1 failed on the way, 2 refused before the first step with every fault listed.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

from training.engine.base.base_models import BUNDLED, describe
from training.engine.config.run_config import RunConfig
from training.engine.data.image_folder import find_images
from training.engine.errors import EngineError, each_fault
from training.engine.files.disk import check_output, whole_file
from training.engine.lora.profiles import PROFILES
from training.engine.prompts import letters, strengths, trigger_words
from training.engine.train.control import SignalControl

DONE, FAILED, REFUSED = 0, 1, 2
CHANGE = 0.6  # of a picture to begin from, where nothing is told
PICTURE_KINDS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}


@dataclass(frozen=True)
class Command:
    """One command: its help, what it takes, and what it does."""

    help: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


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
        return COMMANDS[name].run(options)
    except EngineError as error:
        return _tell(error, FAILED)


def base_dirs() -> list[Path]:
    """Folders in which base models are looked for by name."""
    told = os.environ.get("BASE_MODELS_DIR")
    return [*([Path(told)] if told else []), Path("models")]


# -- train --------------------------------------------------------------------------------


def add_train_arguments(parser: argparse.ArgumentParser) -> None:
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


def run_train(options: argparse.Namespace) -> int:
    from training.engine.train import trainer  # noqa: PLC0415 -- torch; --help skips it

    try:
        config = RunConfig.from_file(options.config)
    except EngineError as error:
        return _tell(error, REFUSED)
    started = False
    event = None
    bars = _Bars()
    with SignalControl() as control, bars:
        events = trainer.train(
            config,
            resume=options.resume,
            control=control,
            skip_bad=options.skip_bad,
            base_dirs=base_dirs(),
        )
        try:
            for event in events:
                started = started or event.kind == "step"
                bars.show(event)
        except EngineError as error:
            bars.close()
            return _tell(error, FAILED if started else REFUSED)
        if event is not None and event.kind == "finished" and not options.no_advice:
            _advise(config, control, bars)
    # In the further processes of a run there are no events to tell.
    stopped_short = event is not None and event.kind == "paused" and event.reason != "asked"
    return FAILED if stopped_short else DONE


def _advise(config: RunConfig, control: SignalControl, bars: "_Bars") -> None:
    """Say which checkpoint to take, and which pictures were learned worst."""
    from training.engine import events  # noqa: PLC0415 -- torch; --help skips it
    from training.engine.evaluate import run_advice  # noqa: PLC0415 -- torch; --help skips it
    from training.engine.train.run_folder import RunFolder  # noqa: PLC0415

    folder = RunFolder(config.output_dir, config.name)
    worst = run_advice.worst_pictures(folder)
    bars.line("learned worst: " + ", ".join(f"{name} {loss:.3f}" for name, loss in worst.items()))
    told = run_advice.advise(
        config,
        describe(config.base_model, base_dirs()),
        folder,
        on_picture=lambda done, total: bars.show(events.Phase("choosing", done, total)),
        should_stop=control.should_pause,
    )
    if told:
        bars.show(told)


class _Bars:
    """One progress bar for the steps, one for each earlier phase; other events are lines."""

    def __init__(self):
        self.bar = None
        self.name = ""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self) -> None:
        if self.bar is not None:
            self.bar.close()
            self.bar = None

    def show(self, event) -> None:
        if event.kind == "phase":
            self._phase(event)
        elif event.kind == "step":
            self.bar.set_postfix(loss=f"{event.loss:.4f}", epoch=event.epoch, refresh=False)
            self.bar.update(event.step - self.bar.n)
        else:
            self.line(_LINES[event.kind](event))

    def line(self, text: str) -> None:
        tqdm.write(text, file=sys.stdout)

    def _phase(self, event) -> None:
        if event.name in ("saving", "sampling"):
            return
        if event.name != self.name:
            self.close()
            self.name = event.name
            unit = "step" if event.name == "training" else "item"
            if event.total:
                self.bar = tqdm(total=event.total, initial=event.done, desc=event.name, unit=unit)
            return
        if self.bar is not None:
            self.bar.update(event.done - self.bar.n)


_LINES = {
    "estimate": lambda e: (
        f"memory: about {e.total:,} MB (weights {e.weights:,}, activations {e.activations:,}, "
        f"adapter and optimizer {e.adapter:,}; while encoding {e.encoding:,})"
    ),
    "validation": lambda e: f"step {e.step}: validation loss {e.loss:.4f}",
    "sample": lambda e: f"step {e.step}: sample {e.path}",
    "checkpoint": lambda e: f"step {e.step}: saved {e.path}",
    "warning": lambda e: f"warning: {e.sentence}",
    "paused": lambda e: f"paused at step {e.step}; go on with --resume",
    "cancelled": lambda e: f"cancelled at step {e.step}",
    "recommended": lambda e: f"recommended: step {e.step}, {e.path}. {' '.join(e.sentences)}",
    "finished": lambda e: f"finished {e.path} in {e.seconds:.0f} s of training ({e.sha256})",
}


# -- label --------------------------------------------------------------------------------


def add_label_arguments(parser: argparse.ArgumentParser) -> None:
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


def run_label(options: argparse.Namespace) -> int:
    from training.engine.data import labelers  # noqa: PLC0415 -- torch; --help skips it

    # Before weights are loaded.
    _refuse_idle("--vocabulary", options.vocabulary, "--labeler clip", options.labeler == "clip")
    trigger_words.check(options.prefix, "--prefix")
    check_output(options.output, "--output", labelers.TABLE_ENDINGS, [options.vocabulary])
    if options.labeler == "blip":
        labeler = labelers.BlipLabeler(options.model or "models/blip")
    else:
        labeler = labelers.ClipVocabularyLabeler(options.model, options.vocabulary)
    with tqdm(desc="labelling", unit="image") as bar:

        def show(done, total, name):
            bar.total = total
            bar.update(done - bar.n)

        rows, problems = labelers.caption_folder(
            options.input,
            options.output,
            labeler,
            overwrite=options.overwrite,
            prefix=options.prefix,
            on_image=show,
        )
    _tell_passed_over(options.input)
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"{len(rows)} captions in {options.output}")
    return FAILED if problems else DONE


# -- screen -------------------------------------------------------------------------------


def add_screen_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--input", required=True, metavar="DIR", help="folder of pictures")
    parser.add_argument("--json", action="store_true", help="one JSON list on stdout")
    parser.add_argument(
        "--resolution", type=int, default=512, metavar="PX", help="short side of the training"
    )


def run_screen(options: argparse.Namespace) -> int:
    from training.engine import screening  # noqa: PLC0415 -- slow libraries; --help skips them

    try:
        wanted = screening.ScreenSettings(resolution=options.resolution)
        reports = screening.screen_folder(options.input, wanted)
    except EngineError as error:
        return _tell(error, REFUSED)
    _tell_passed_over(options.input)
    if options.json:
        print(json.dumps([report.to_json() for report in reports], ensure_ascii=False, indent=2))
        return DONE
    for report in reports:
        print(f"{report.name}  {report.width} × {report.height}")
        for finding in report.findings:
            explanation, suggestion = screening.explain(finding, report.name)
            print(f"  {explanation} {suggestion}".rstrip())
    return DONE


# -- generate -----------------------------------------------------------------------------


def add_generate_arguments(parser: argparse.ArgumentParser) -> None:
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
        "--change",
        type=_number,
        help=f"how far that picture may move, 0 to 1, {CHANGE:g} if not told; with --init-image",
    )
    parser.add_argument(
        "--mask", metavar="FILE", help="white is painted anew, black is kept; with --init-image"
    )
    parser.add_argument("--output", required=True, metavar="out.png")


def run_generate(options: argparse.Namespace) -> int:
    from training.engine.prompts import style_tags  # noqa: PLC0415 -- with its only use
    from training.engine.sampling.renderer import (  # noqa: PLC0415 -- torch; --help skips it
        Renderer,
        SampleRequest,
        check_request,
    )

    _refuse_idle("--change", options.change, "--init-image", options.init_image)
    _refuse_idle(
        "--negative-prompt", options.negative_prompt, "--guidance above 1", options.guidance > 1
    )
    prompt, tags = style_tags.split_tags(options.prompt)
    packs = style_tags.find_packs(tags, options.lora_dir)
    _warn_of(path for path, _ in packs)
    info = describe(options.base_model, base_dirs())
    request = SampleRequest(
        prompt,
        options.negative_prompt,
        options.width,
        options.height,
        options.steps,
        options.guidance,
        options.seed,
        packs,
        init_image=options.init_image,
        change=CHANGE if options.change is None else options.change,
        mask=options.mask,
        scheduler=options.scheduler,
    )
    check_request(request, info)
    reads = [options.init_image, options.mask, info.path, *(path for path, _ in packs)]
    output = check_output(options.output, "--output", PICTURE_KINDS, reads)
    renderer = Renderer(info)
    with tqdm(total=request.steps_taken, desc="rendering", unit="step") as bar:
        picture = renderer.render([request], on_step=lambda i, step, total, _: bar.update())[0]
    with whole_file(output) as temporary:
        picture.save(temporary, PICTURE_KINDS[output.suffix.lower()])
    print(output)
    return DONE


# -- inspect ------------------------------------------------------------------------------


def add_inspect_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a LoRA file, or a folder as PEFT leaves it")
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")


def run_inspect(options: argparse.Namespace) -> int:
    from training.engine.lora import weight_files  # noqa: PLC0415 -- torch; --help skips it

    report = weight_files.inspect(options.file)
    if options.json:
        print(json.dumps(report.to_json(), ensure_ascii=False, indent=2))
    else:
        _print_report(report)
    return DONE if report.usable else FAILED


def _warn_of(paths: Iterable[str | Path]) -> None:
    """Say what is odd about LoRA files that are about to be used. Raises why one can't be."""
    from training.engine.lora import header  # noqa: PLC0415 -- with its only use

    for path in paths:
        for warning in header.look(path).require().warnings:
            print(f"warning: {warning}", file=sys.stderr)


def _print_report(report) -> None:
    parts = ", ".join(f"{part} {count}" for part, count in report.parts.items())
    alpha = "not stored" if report.alpha is None else f"{report.alpha:g}"
    for label, value in (
        ("file", f"{report.name}, {report.size / 1e6:.2f} MB, {report.dtype}"),
        ("family", report.family + (f" (claims {report.claimed})" if report.claimed else "")),
        ("dialect", report.dialect),
        ("rank", report.rank),
        ("alpha", alpha),
        ("modules", f"{report.modules} ({parts})"),
        ("numbers", f"{report.params:,}"),
        ("triggers", report.trigger_words or "–"),
        *report.hashes.items(),
    ):
        print(f"{label:17} {value}")
    for key in sorted(report.metadata):
        # A foreign file must not steer the terminal.
        print(f"  {_printable(key)} = {_printable(report.metadata[key][:100])}")
    for problem in report.problems:
        print(f"problem: {_printable(str(problem))}")
    for note in report.notes:
        print(f"note: {_printable(str(note))}")
    print("usable" if report.usable else "not usable")


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)


# -- export -------------------------------------------------------------------------------


def add_export_arguments(parser: argparse.ArgumentParser) -> None:
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


def run_export(options: argparse.Namespace) -> int:
    from training.engine.sampling import style_export  # noqa: PLC0415 -- torch; --help skips it
    from training.engine.sampling.renderer import Renderer  # noqa: PLC0415

    _refuse_idle("--prompt", options.prompt, "--base-model", options.base_model)
    wanted = {
        "name": options.name,
        "licence": options.license,
        "trigger_words": options.trigger,
        "strength": options.strength,
    }
    style_export.check(options.file, options.output, options.profile, **wanted)
    _warn_of([options.file])
    renderer = None
    if options.base_model:
        renderer = Renderer(describe(options.base_model, base_dirs()))
    exported = style_export.export(
        options.file,
        options.output,
        options.profile,
        **wanted,
        precision=options.precision,
        renderer=renderer,
        prompt=options.prompt,
    )
    for path in filter(None, (exported.path, exported.card, exported.preview)):
        print(path)
    print(f"sha256 {exported.sha256}")
    return DONE


def _tell_passed_over(folder: str) -> None:
    """One line about the files of a folder that were not looked at, where there are any."""
    for remark in find_images(folder).remarks:
        print(remark, file=sys.stderr)


def _number(text: str) -> float:
    """A number as an option is given one; what float() makes a number of besides is none."""
    number = strengths.read(text)
    if number is None:
        raise argparse.ArgumentTypeError(f"“{letters.printable(text)}” is not a number like 0.7")
    return number


def _refuse_idle(option: str, given: object, needed: str, there: object) -> None:
    """Raise EngineError("option-without-option") for an option that would act on nothing."""
    if given not in (None, "") and not there:
        raise EngineError("option-without-option", option=option, needed=needed)


def _tell(error: EngineError, code: int) -> int:
    for fault in each_fault(error):
        print(fault, file=sys.stderr)
    return code


COMMANDS = {
    "train": Command("Train a style from a YAML configuration.", add_train_arguments, run_train),
    "label": Command("Draft captions for a folder.", add_label_arguments, run_label),
    "screen": Command(
        "Report the quality of a folder's pictures.", add_screen_arguments, run_screen
    ),
    "generate": Command("Render one picture.", add_generate_arguments, run_generate),
    "inspect": Command("Explain a LoRA file.", add_inspect_arguments, run_inspect),
    "export": Command(
        "Copy a LoRA file for other tools, with its card and preview.",
        add_export_arguments,
        run_export,
    ),
}
