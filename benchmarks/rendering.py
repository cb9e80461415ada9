"""Ours against a plain warm pipeline: a stream of mixed requests, side by side in one run.

The plain way keeps the diffusers pipeline warm and, for every request with a style, loads the
LoRA file, sets its strength, paints and unloads it. Ours is the engine's sampling.renderer,
which reports each step with its previews as the web page gets them. Both use the same networks,
scheduler, steps and seeds; the requests alternate, so that whatever else the machine does falls
on both.

    python -m benchmarks.rendering                     the bundled base, 20 requests
    python -m benchmarks.rendering --base sd15 --device cuda --precision fp16 --batch 1 4 8
    python -m benchmarks.rendering --base sd15 --swap-only        pack swap at full size, on CPU
"""

import argparse
import dataclasses
import io
import os
import statistics
import tempfile
from pathlib import Path

import torch

from benchmarks.training_speed import clock, machine, open_base, since
from training.engine.base import loading
from training.engine.config.run_config import RunConfig
from training.engine.lora import adapters, weight_files
from training.engine.lora.packs import Packs
from training.engine.sampling.renderer import Renderer, SampleRequest

PROMPTS = (
    "an old arcade street at night, red lanterns",
    "a harbour promenade by day, a white SUV",
    "a tea house in the morning",
    "a bridge at sunset, a red sedan",
)
STRENGTHS = (0.6, 0.8, 0.0, 1.0, 0.7)


@dataclasses.dataclass
class Spent:
    """Seconds of one way over the stream. core: in the network and the VAE; rest: all else."""

    pictures: int = 0
    wall: float = 0.0
    cpu: float = 0.0
    core: float = 0.0
    first_steps: list = dataclasses.field(default_factory=list)

    @property
    def outside(self) -> float:
        """Share of the time outside denoising and decoding, 0 … 1."""
        return 1 - self.core / self.wall


class CoreClock:
    """Adds up the time spent inside the network and the VAE's decoder, by wrapping their calls."""

    def __init__(self, model, device):
        self.model, self.device, self.seconds = model, device, 0.0
        self._called = {}

    def __enter__(self):
        for owner, name in ((self.model.network, "forward"), (self.model.vae, "decode")):
            self._called[owner, name] = getattr(owner, name)
            setattr(owner, name, self._timed(getattr(owner, name)))
        return self

    def __exit__(self, *_):
        for owner, name in self._called:
            delattr(owner, name)

    def _timed(self, call):
        def timed(*args, **kwargs):
            begin = clock(self.device)
            answer = call(*args, **kwargs)
            self.seconds += since(begin, self.device)[0]
            return answer

        return timed


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--base", default="studio-mini", help="name, path, or sd15/sdxl (random)")
    parser.add_argument("--requests", type=int, default=20)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=1, help="how often the stream is sent")
    parser.add_argument("--rank", type=int, default=8)
    parser.add_argument("--batch", type=int, nargs="*", default=[], help="pictures per request")
    parser.add_argument("--precision", default="auto")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--swap-only", action="store_true", help="time pack swaps and nothing else")
    options = parser.parse_args(argv)
    device = loading.choose_device(options.device)
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    print(f"machine: {machine(device)}; torch {torch.__version__}; load before: {load:.2f}")
    dtype = loading.choose_dtype(device, options.precision)
    info, model = open_base(options.base, device, dtype)
    with tempfile.TemporaryDirectory() as folder:
        packs = [write_pack(Path(folder), model, options.rank, seed) for seed in range(1, 4)]
        if not options.swap_only:
            renderer = Renderer(info, model=model)
            stream = requests(info, packs, options)
            compare(renderer, stream, options.rounds, device)
            overhead(renderer, packs[0], options.steps, device)
            for batch in options.batch:
                batches(renderer, packs[0], batch, options.steps, device)
        swaps(model, packs, device)


def write_pack(folder: Path, model, rank: int, seed: int) -> Path:
    """A LoRA file of random weights on the base's recommended layers."""
    config = RunConfig(
        train_data_dir="-",
        metadata_path="-",
        base_model="-",
        output_dir="-",
        lora_rank=rank,
        lora_alpha=rank,
        seed=seed,
    )
    adapters.add_training_adapter(model, config)
    numbers = torch.Generator().manual_seed(seed)
    for _, layer in adapters.lora_layers(model.network, adapters.TRAINED):
        weight = layer.lora_B[adapters.TRAINED].weight
        weight.data.copy_(0.01 * torch.randn(weight.shape, generator=numbers))
    path = folder / f"style{seed}.safetensors"
    weight_files.write_kohya(path, adapters.trained_modules(model), {}, "fp16")
    adapters.unload_pack(model, adapters.TRAINED)
    return path


def requests(info, packs, options) -> list[SampleRequest]:
    """Mixed requests: three styles in turn, changing prompts, strengths and sizes."""
    sizes = info.sizes or (
        (info.default_width, info.default_height),
        (info.default_width, info.default_height * 3 // 4 // 64 * 64),
    )
    return [
        SampleRequest(
            PROMPTS[i % len(PROMPTS)],
            width=sizes[i % len(sizes)][0],
            height=sizes[i % len(sizes)][1],
            steps=options.steps,
            guidance=3.0,
            seed=i,
            packs=[(packs[i % 3], STRENGTHS[i % len(STRENGTHS)])],
        )
        for i in range(options.requests)
    ]


def compare(renderer, stream, rounds, device) -> None:
    """Send the stream both ways, alternating, and print a line each, and the ratio."""
    spent = {"plain": Spent(), "ours": Spent()}
    ways = {"plain": plain_way, "ours": our_way}
    for way in ways.values():  # caches, allocator and kernels warm up; this counts for nothing
        way(renderer, stream[0], device, Spent())
    for _ in range(rounds):
        for i, request in enumerate(stream):
            order = ("plain", "ours") if i % 2 else ("ours", "plain")
            for name in order:
                ways[name](renderer, request, device, spent[name])
    for name, one in spent.items():
        print(
            f"{name:5}  {one.pictures / one.wall:7.3f} pictures/s  "
            f"{one.cpu / one.pictures:7.3f} CPU s/picture  outside {one.outside:6.1%}  "
            f"first step: median {statistics.median(one.first_steps) * 1000:.0f} ms, "
            f"longest {max(one.first_steps) * 1000:.0f} ms"
        )
    ours, plain = spent["ours"], spent["plain"]
    ratio = plain.wall / ours.wall
    print(f"ratio  {ratio:.2f} by the clock, {plain.cpu / ours.cpu:.2f} in CPU seconds")


def plain_way(renderer, request, device, spent: Spent) -> None:
    """A warm diffusers pipeline that loads and unloads the LoRA around each picture."""
    pipe = renderer.model.pipe
    pipe.scheduler = renderer.model.sampler(renderer.model.family.schedulers[0]).scheduler
    renderer.packs.use([])
    first = []
    begin = clock(device)
    with CoreClock(renderer.model, device) as core:
        (path, strength), *_ = request.packs
        if strength:
            pipe.load_lora_weights(str(path), adapter_name="style")
            pipe.set_adapters(["style"], [strength])
        with torch.inference_mode():
            pipe(
                request.prompt,
                negative_prompt=request.negative_prompt,
                width=request.width,
                height=request.height,
                num_inference_steps=request.steps,
                guidance_scale=request.guidance,
                generator=torch.Generator("cpu").manual_seed(request.seed),
                callback_on_step_end=lambda *told: (
                    first.append(since(begin, device)[0]) or told[-1]
                ),
            )
        if strength:
            pipe.unload_lora_weights()
    _add(spent, since(begin, device), core.seconds, first[0])


def our_way(renderer, request, device, spent: Spent) -> None:
    """The studio's renderer, with previews made and packed as the page gets them."""
    first = []

    def told(index, step, total, preview):
        if preview:
            preview.resize((128, 128)).save(io.BytesIO(), "WEBP", quality=72, method=2)
        first.append(since(begin, device)[0])

    begin = clock(device)
    with CoreClock(renderer.model, device) as core:
        renderer.render([request], told)
    _add(spent, since(begin, device), core.seconds, first[0])


def _add(spent: Spent, took, core: float, first_step: float) -> None:
    spent.pictures += 1
    spent.wall += took[0]
    spent.cpu += took[1]
    spent.core += core
    spent.first_steps.append(first_step)


def overhead(renderer, pack, steps, device, turns: int = 5) -> None:
    """What a style costs against none, turn by turn; the fastest turn of each counts."""
    times = {0.0: [], 0.8: []}
    for _ in range(turns):
        for strength, taken in times.items():
            request = SampleRequest(PROMPTS[0], steps=steps, guidance=3.0, packs=[(pack, strength)])
            begin = clock(device)
            renderer.render([request])
            taken.append(since(begin, device)[1 if device.type == "cpu" else 0])
    print(f"style against none: {min(times[0.8]) / min(times[0.0]) - 1:+.1%} of the time")


def batches(renderer, pack, count, steps, device) -> None:
    """Several pictures in one call against one by one."""
    asked = [
        SampleRequest(PROMPTS[0], steps=steps, guidance=3.0, seed=seed, packs=[(pack, 0.8)])
        for seed in range(count)
    ]
    renderer.render(asked)
    begin = clock(device)
    renderer.render(asked)
    print(f"{count} pictures in one call: {count / since(begin, device)[0]:.3f} pictures/s")


def swaps(model, packs, device, turns: int = 4) -> None:
    """From one pack to another and from one strength to another, all in memory already."""
    shelf = Packs(model)
    times = {"first use": [], "pack swap": [], "strength": []}

    def use(label, path, strength):
        begin = clock(device)
        shelf.use([(path, strength)])
        times[label].append(since(begin, device))

    for path in packs:
        use("first use", path, 0.8)
    for turn in range(turns):
        for path in packs:
            use("pack swap", path, 0.8)
            use("strength", path, 0.6 + 0.05 * turn)
    shelf.use([])
    for label, taken in times.items():
        wall, cpu = (statistics.median(times) * 1000 for times in zip(*taken, strict=True))
        print(f"{label}: median {wall:.1f} ms by the clock, {cpu:.1f} ms of CPU")


if __name__ == "__main__":
    main()
