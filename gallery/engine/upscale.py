"""A larger picture with new detail: tiled image-to-image at the prompt and packs of the first."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from PIL import Image

from gallery.engine import tone
from training.engine.errors import EngineError
from training.engine.sampling.renderer import OnStep, Renderer
from training.engine.sampling.sample_request import MAX_SIDE, SampleRequest


def upscale(
    renderer: Renderer,
    image: Image.Image,
    request: SampleRequest,
    factor: float = 2,
    denoising_strength: float | None = None,
    on_step: OnStep | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Image.Image:
    """The picture `factor` times as large, its detail painted in tiles of the base's own size.

    request: what the picture was made from; its prompt, packs, seed, steps and guidance count.
    denoising_strength: 0 … 1, how far detail may move; None is what the base asks for.
    The tiles are denoised together and blended at every step, so that no seam can form; colours
    and light stay those of the first, which the tiles would wash out.
    Raises RenderStopped; EngineError: picture-too-large, else those of Renderer.render.
    """
    multiple = renderer.base.size_multiple
    width, height = (max(1, round(side * factor / multiple)) * multiple for side in image.size)
    if max(width, height) > MAX_SIDE:
        raise EngineError("picture-too-large", width=width, height=height, maximum=MAX_SIDE)
    recommended = renderer.base.recommended_rendering
    if denoising_strength is None:
        denoising_strength = renderer.base.upscale_denoising_strength
    enlarged = image.resize((width, height), Image.Resampling.LANCZOS)
    larger = dataclasses.replace(
        request,
        init_image=enlarged,
        mask=None,
        denoising_strength=denoising_strength,
        guidance=recommended.get("upscale_guidance", request.guidance),
        width=width,
        height=height,
        tiled=True,
    )
    [painted] = renderer.render([larger], on_step, should_stop)
    return tone.kept(painted, enlarged)
