"""`label`: drafted captions for a folder."""

import argparse
import sys

from training.engine.commands.inputs import print_passed_over, refuse_idle
from training.engine.commands.outcome import DONE, FAILED
from training.engine.commands.progress import progress_bar
from training.engine.data import labelers
from training.engine.errors import EngineError
from training.engine.fault_reasons import counted
from training.engine.files.disk import check_output
from training.engine.prompts import trigger_words


def run(options: argparse.Namespace) -> int:
    # Before weights are loaded.
    refuse_idle("--vocabulary", options.vocabulary, "--labeler clip", options.labeler == "clip")
    trigger_words.check(options.prefix, "--prefix")
    check_output(options.output, "--output", labelers.TABLE_ENDINGS, [options.vocabulary])
    labeler = _labeler_of(options)
    rows, problems = _caption(options, labeler)
    print_passed_over(options.input)
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"{counted(len(rows), 'caption')} in {options.output}")
    return FAILED if problems else DONE


def _labeler_of(options: argparse.Namespace) -> labelers.Labeler:
    if options.labeler == "blip":
        return labelers.BlipLabeler(options.model or "models/blip")
    return labelers.ClipVocabularyLabeler(options.model, options.vocabulary)


def _caption(
    options: argparse.Namespace, labeler: labelers.Labeler
) -> tuple[dict[str, str], list[EngineError]]:
    """(rows, problems) of the folder, with a bar that shows how far it is."""
    with progress_bar("labelling", "image") as bar:

        def show(done, total, name):
            bar.total = total
            bar.update(done - bar.n)

        return labelers.caption_folder(
            options.input,
            options.output,
            labeler,
            overwrite=options.overwrite,
            prefix=options.prefix,
            on_image=show,
        )
