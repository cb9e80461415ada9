"""`generate`: one picture."""

import argparse

from training.engine.base.base_models import describe
from training.engine.commands.defaults import DENOISING_STRENGTH
from training.engine.commands.inputs import base_dirs, print_warnings, refuse_idle
from training.engine.commands.outcome import DONE
from training.engine.commands.progress import progress_bar
from training.engine.files.disk import check_output, whole_file
from training.engine.prompts import style_tags
from training.engine.sampling.renderer import Renderer, SampleRequest, check_request

FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}


def run(options: argparse.Namespace) -> int:
    _refuse_idle(options)
    prompt, tags = style_tags.split_tags(options.prompt)
    packs = style_tags.find_packs(tags, options.lora_dir)
    print_warnings(path for path, _ in packs)
    info = describe(options.base_model, base_dirs())
    request = _request_of(options, prompt, packs)
    check_request(request, info)
    reads = [options.init_image, options.mask, info.path, *(path for path, _ in packs)]
    output = check_output(options.output, "--output", FORMATS, reads)
    renderer = Renderer(info)
    with progress_bar("rendering", "step", request.steps_taken) as bar:

        def advance(*_: object) -> None:
            bar.update()

        image = renderer.render([request], on_step=advance)[0]
    with whole_file(output) as temporary:
        image.save(temporary, FORMATS[output.suffix.lower()])
    print(output)
    return DONE


def _refuse_idle(options: argparse.Namespace) -> None:
    refuse_idle(
        "--denoising-strength", options.denoising_strength, "--init-image", options.init_image
    )
    refuse_idle(
        "--negative-prompt", options.negative_prompt, "--guidance above 1", options.guidance > 1
    )


def _request_of(options: argparse.Namespace, prompt: str, packs: list) -> SampleRequest:
    strength = options.denoising_strength
    return SampleRequest(
        prompt,
        options.negative_prompt,
        options.width,
        options.height,
        options.steps,
        options.guidance,
        options.seed,
        packs,
        init_image=options.init_image,
        denoising_strength=DENOISING_STRENGTH if strength is None else strength,
        mask=options.mask,
        scheduler=options.scheduler,
    )
