"""The renderer of one process: a base model and its packs, kept loaded from image to image."""

from __future__ import annotations

import dataclasses
import gc
import io
import platform
from collections.abc import Callable
from functools import cache
from pathlib import Path

import diffusers
import peft
import torch
from PIL import Image

from gallery.engine import compositing, upscale
from gallery.engine.compositing import PlacedProduct
from gallery.engine.safety import Safety
from training.engine.sampling.renderer import Renderer, RenderStopped, SampleRequest

PREVIEW_SIDE = 128  # px of the longer side of a preview
OnStep = Callable[[int, int, bytes], None]


class SceneRenderer:
    """Paints pictures one by one; a base is loaded once and stays until another is asked for.

    compile: see sampling.Renderer. safety: what withholds pictures.
    Not safe for several threads. A process has one: `shared()`.
    """

    def __init__(self, device: str | None = None, compile: str = "", safety: Safety | None = None):
        self.device, self.compile = device, compile
        self._safety = safety
        self._base = ""  # sha256 of the base in memory
        self._renderer: Renderer | None = None

    def is_loaded(self, base_sha256: str) -> bool:
        """Whether this base is in memory, so that painting may begin at once."""
        return self._base == base_sha256

    def ensure_loaded(self, base_path: str | Path, base_sha256: str) -> Renderer:
        """The renderer of this base, loaded if it was not. Raises EngineError as loading does."""
        if not self.is_loaded(base_sha256):
            self._drop()
            self._renderer = Renderer(base_path, self.device, compile=self.compile)
            self._base = base_sha256
        return self.renderer

    @property
    def renderer(self) -> Renderer:
        """The renderer of the base that was asked for last."""
        if self._renderer is None:
            raise ValueError("no base is loaded yet: ensure_loaded comes first")
        return self._renderer

    def render(
        self,
        request: SampleRequest,
        on_step: OnStep | None = None,
        should_stop: Callable[[], bool] | None = None,
    ) -> Image.Image:
        """The picture of one request on the base loaded last.

        on_step(step, total, preview): after each step; preview is a small WebP, or b"" where the
        step has none. Raises RenderStopped when should_stop() said so, EngineError otherwise,
        picture-withheld among them.
        """

        [image] = self.renderer.render([request], _reporting(on_step), should_stop)
        return self._checked(image)

    def render_product(
        self,
        product: PlacedProduct,
        request: SampleRequest,
        on_step: OnStep | None = None,
        should_stop: Callable[[], bool] | None = None,
    ) -> Image.Image:
        """A scene painted around a product, whose opaque pixels are exactly those of its file.

        Otherwise as `render`; raises the EngineErrors of compositing.compose as well.
        """
        base = self.renderer.base
        size = (request.width or base.default_width, request.height or base.default_height)
        composition = compositing.compose(product, size)
        around = dataclasses.replace(
            request, init_image=composition.picture, mask=composition.mask, denoising_strength=1.0
        )
        return compositing.finish(self.render(around, on_step, should_stop), composition)

    def enlarge(
        self,
        image: Image.Image,
        size: tuple[int, int],
        on_step: OnStep | None = None,
        should_stop: Callable[[], bool] | None = None,
        product: PlacedProduct | None = None,
    ) -> Image.Image:
        """The picture at a larger size; see upscale.enlarged. No base needs to be loaded.

        on_step: as `render`, after each strip. product: what the picture was painted around; its
        pixels are then put back from its file, at the larger size, so that they stay true.
        Raises RenderStopped; EngineError: picture-too-large, picture-withheld.
        """

        def after_strip(done, total):
            if should_stop and should_stop():
                raise RenderStopped([])
            if on_step:
                on_step(done, total, b"")

        scene_alone = compositing.without(image, product) if product else image
        larger = self._checked(upscale.enlarged(scene_alone, size, on_strip=after_strip))
        return compositing.put_on(larger, product) if product else larger

    def _checked(self, image: Image.Image) -> Image.Image:
        if self._safety:
            self._safety.check(image)
        return image

    def _drop(self) -> None:
        self._renderer, self._base = None, ""
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()


def _reporting(on_step: OnStep | None):
    """The renderer's own report of a step, with its preview as a small WebP."""

    def after_step(_index, step, total, preview):
        if on_step:
            on_step(step, total, _preview(preview) if preview else b"")

    return after_step


@cache
def shared(compile: str = "", safety: Safety | None = None) -> SceneRenderer:
    """This process's renderer; a process asks for it in one way only."""
    return SceneRenderer(compile=compile, safety=safety)


def _preview(latents_shown: Image.Image) -> bytes:
    """A small WebP; latents are a few pixels wide, which a browser would show as blocks."""
    scale = PREVIEW_SIDE / max(latents_shown.size)
    width, height = latents_shown.size
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return webp(latents_shown.resize(size, Image.Resampling.BICUBIC), PREVIEW_SIDE)


def webp(image: Image.Image, side: int, quality: int = 72) -> bytes:
    """A WebP no side of which exceeds `side` px; a smaller picture stays as large as it is."""
    smaller = image.convert("RGB")
    smaller.thumbnail((side, side), Image.Resampling.BICUBIC)
    file = io.BytesIO()
    smaller.save(file, "WEBP", quality=quality, method=2)
    return file.getvalue()


def png(image: Image.Image) -> bytes:
    """The picture as PNG bytes, without any metadata."""
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def versions() -> dict[str, str]:
    """What a picture's bits depend on besides its request."""
    return {
        "torch": torch.__version__,
        "diffusers": diffusers.__version__,
        "peft": peft.__version__,
        "python": platform.python_version(),
        "device": torch.cuda.get_device_name() if torch.cuda.is_available() else "cpu",
    }
