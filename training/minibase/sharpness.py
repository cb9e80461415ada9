"""How sharp the base paints: repainted scenes against the drawn ones, round wheels, one car.

The classifier's figures say whether a picture shows what was asked; these say how well. Scenes,
seeds and noise are fixed, so that two weights can be compared.
"""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import torch
from diffusers import UNet2DConditionModel
from PIL import Image
from torch import Tensor

from training.minibase import bundle, evaluate, tokenizer, unet, wheels
from training.minibase.artist import SceneSpec, caption, draw, random_spec, vehicle_box
from training.minibase.basis import as_tensor

CELLS = 32
SIDE = 256  # pictures are compared at this size, whatever the decoder's
STARTS = (300, 500, 700)  # timesteps a scene is repainted from
# Name, size where a latent cell is 8 pixels, and share of the pictures. The large frame was never
# trained: there the base used to paint two cars.
FRAMES = (("square", (256, 256), 0.5), ("wide", (352, 192), 0.25), ("large", (384, 256), 0.25))
REPAINT_STEPS = 6
GUIDANCE = 3.0


def load(weights: Path = bundle.WEIGHTS, other_unet: Path | None = None):
    """Return the pipeline of a weights folder, on wish with another UNet in it."""
    pipe = bundle.load_pipeline(weights)
    if other_unet is not None:
        other = UNet2DConditionModel.from_pretrained(other_unet, dtype=torch.float32)
        pipe.register_modules(unet=other.eval())
    return pipe


def measure(pipe, scenes: int = 24, images: int = 64, keep: Path | None = None) -> dict:
    """Return all figures; two seconds of processor time a scene and two a picture.

    keep: folder for the painted pictures, to be looked at side by side.
    """
    figures = {"scenes": scenes, "repaint": repaint_figures(pipe, scenes), "painted": {}}
    specs, first = evaluate.held_out_specs(images, seed=5), 0
    for name, size, share in FRAMES:
        chosen = specs[first : first + round(share * images)]
        pictures = painted(pipe, chosen, size, first_seed=300_000 + first)
        if keep:
            keep.mkdir(parents=True, exist_ok=True)
            for index, image in enumerate(pictures, first):
                image.save(keep / f"{index:02d}-{name}.png")
        figures["painted"][name] = wheel_figures(pictures, chosen)
        first += len(chosen)
    return figures


@torch.no_grad()
def repaint_figures(pipe, count: int) -> dict[str, dict[str, float]]:
    """Return mean PSNR in dB of scenes decoded from true latents, and repainted from each start.

    "psnr" is over the whole picture, "car" over the car's box.
    """
    rng = random.Random("vae2-held-out")
    specs = [random_spec(rng) for _ in range(count)]
    errors: dict[str, list] = {"true": [], **{str(start): [] for start in STARTS}}
    for row, spec in enumerate(specs):
        reference = draw(spec, 2 * SIDE).reduce(2)
        latents = _encode(pipe, spec)
        errors["true"].append(_errors(_decode(pipe, latents), reference, spec))
        for start in STARTS:
            again = repaint(pipe, latents, caption(spec), start, seed=1000 * row + start)
            errors[str(start)].append(_errors(_decode(pipe, again), reference, spec))
    psnr = {name: -10 * np.log10(np.mean(rows, 0)) for name, rows in errors.items()}
    return {
        name: {"psnr": round(float(whole), 2), "car": round(float(car), 2)}
        for name, (whole, car) in psnr.items()
    }


def repaint(pipe, latents: Tensor, text: str, start: int, seed: int) -> Tensor:
    """Return latents (1, 12, h, w) noised to timestep `start` and denoised again by DDIM."""
    signal = unet.noise_schedule().alphas_cumprod
    states = pipe.text_encoder(tokenizer.encode(pipe.tokenizer, ["", text])).last_hidden_state
    noise = torch.randn(latents.shape, generator=torch.Generator().manual_seed(seed))
    noisy = signal[start].sqrt() * latents + (1 - signal[start]).sqrt() * noise
    timesteps = torch.linspace(start, 0, REPAINT_STEPS + 1).long()
    for step, following in zip(timesteps[:-1], timesteps[1:], strict=True):
        plain, conditional = pipe.unet(torch.cat([noisy, noisy]), step, states).sample.chunk(2)
        velocity = plain + GUIDANCE * (conditional - plain)
        alpha, sigma = signal[step].sqrt(), (1 - signal[step]).sqrt()
        pred_original = alpha * noisy - sigma * velocity
        if following == 0:
            break
        pred_noise = alpha * velocity + sigma * noisy
        noisy = signal[following].sqrt() * pred_original
        noisy = noisy + (1 - signal[following]).sqrt() * pred_noise
    return pred_original


def painted(
    pipe, specs: list[SceneSpec], size: tuple[int, int], first_seed: int
) -> list[Image.Image]:
    """Return what the weights paint of the scenes, at `size` whatever the decoder's."""
    factor = pipe.vae_scale_factor // 8
    texts, seeds = [caption(spec) for spec in specs], [first_seed + k for k in range(len(specs))]
    full = (size[0] * factor, size[1] * factor)
    return [p.reduce(factor) for p in evaluate.paint(pipe, texts, seeds, size=full)]


def wheel_figures(images: list[Image.Image], specs: list[SceneSpec]) -> dict:
    """Return what the wheels of pictures say: shares of round ones, and of second cars."""
    if not images:
        return {"pictures": 0, "wheels_round": 0.0, "both_round": 0.0, "two_cars": 0.0}
    pairs = list(zip(images, specs, strict=True))
    round_ones = np.array([wheels.round_wheels(*pair) for pair in pairs])
    counts = np.array([wheels.wheel_count(*pair) for pair in pairs])
    return {
        "pictures": len(pairs),
        "wheels_round": round(float(round_ones.mean() / 2), 3),
        "both_round": round(float((round_ones == 2).mean()), 3),
        "two_cars": round(float((counts > 2).mean()), 3),
    }


def report(figures: dict) -> str:
    """Return the figures as lines a person reads."""
    lines = [f"{figures['scenes']} held-out scenes at {SIDE} px"]
    for name, values in figures["repaint"].items():
        what = "from true latents" if name == "true" else f"repainted from t = {name}"
        lines.append(f"{what}: {values['psnr']:.2f} dB, the car {values['car']:.2f} dB")
    for name, values in figures["painted"].items():
        lines.append(
            f"{values['pictures']} {name} pictures: wheels found round {values['wheels_round']:.1%}"
            f", both of a car {values['both_round']:.1%}, two cars {values['two_cars']:.1%}"
        )
    return "\n".join(lines)


def _encode(pipe, spec: SceneSpec) -> Tensor:
    side = CELLS * pipe.vae_scale_factor
    reference = draw(spec, 2 * SIDE)
    small = reference.reduce(reference.width // side)
    latents = pipe.vae.encode(as_tensor(small)[None]).latent_dist.mode()
    return latents * pipe.vae.config.scaling_factor


def _decode(pipe, latents: Tensor) -> Image.Image:
    decoded = pipe.vae.decode(latents / pipe.vae.config.scaling_factor).sample
    image = pipe.image_processor.postprocess(decoded)[0]
    return image.reduce(image.width // SIDE)


def _errors(image: Image.Image, reference: Image.Image, spec: SceneSpec) -> tuple[float, float]:
    """Return mean squared errors, of 1, over the picture and over the car's box."""
    squared = ((np.asarray(image, np.float32) - np.asarray(reference, np.float32)) / 255) ** 2
    left, top, right, bottom = (round(edge * SIDE) for edge in vehicle_box(spec, SIDE))
    return float(squared.mean()), float(squared[top:bottom, left:right].mean())
