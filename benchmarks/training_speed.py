"""Ours against a plain loop, in one process on the same model, pictures and device.

The plain loop trains as the diffusers text-to-image LoRA example does: a DataLoader opens and
resizes each picture, VAE and text encoder run at every step, the loss is read at every step.
Ours is training.engine.train.trainer. Both train the same LoRA; turns alternate, so that whatever
else the machine does falls on both. Each loop's peak memory is that of a process of its own (on a
GPU: of the card since the loop began).

    python -m benchmarks.training_speed                      the bundled base, batch 4
    python -m benchmarks.training_speed --base sd15 --batch 1 4 8 --precision bf16 --device cuda
    python -m benchmarks.training_speed --base sdxl --batch 1 --checkpointing --device cuda
"""

import argparse
import platform
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from diffusers import (
    AutoencoderKL,
    UNet2DConditionModel,
)
from PIL import Image
from torch.utils.flop_counter import FlopCounterMode
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

from training.engine import families
from training.engine.base import base_models, loading
from training.engine.config.run_config import RunConfig
from training.engine.data.captions.tables import read_metadata
from training.engine.data.images import fit_crop, open_rgb
from training.engine.diffusion import min_snr_weights
from training.engine.families.base_files import CONFIGS
from training.engine.families.clip_tokenizer import clip_tokenizer
from training.engine.lora import adapters
from training.engine.train.control import Control
from training.engine.train.trainer import train


@dataclass
class Turn:
    """What one turn took. cpu: processor seconds of this process; wall: by the clock."""

    images: int = 0
    wall: float = 0.0
    cpu: float = 0.0

    def add(self, images: int, wall: float, cpu: float) -> None:
        self.images += images
        self.wall += wall
        self.cpu += cpu


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--base", default="studio-mini", help="name, path, or sd15/sdxl (random)")
    parser.add_argument("--batch", type=int, nargs="+", default=[4])
    parser.add_argument("--steps", type=int, default=6, help="steps per turn")
    parser.add_argument("--turns", type=int, default=3, help="turns each")
    parser.add_argument("--images", type=int, default=16)
    parser.add_argument(
        "--side", type=int, nargs="+", default=[256, 512, 1536], help="px of the JPEGs' sides"
    )
    parser.add_argument("--rank", type=int, default=8)
    parser.add_argument("--targets", default="attention")
    parser.add_argument("--resolution", type=int)
    parser.add_argument("--precision", default="auto")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--checkpointing", action="store_true")
    parser.add_argument("--compile", action="store_true", help="compile ours (not the plain loop)")
    parser.add_argument("--profile", action="store_true", help="where ours spends its time")
    parser.add_argument("--only", choices=LOOPS, help="one turn of one loop, for its peak memory")
    options = parser.parse_args()
    device = loading.choose_device(options.device)
    if not options.only:
        print(f"machine: {machine(device)}; torch {torch.__version__}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for batch in options.batch:
            for side in options.side:
                bench = Bench(options, batch, side, device, Path(folder) / f"{batch}-{side}")
                if options.only:
                    bench.run(options.only)
                    print(peak_memory(device))
                else:
                    bench.compare()


class Bench:
    """Both loops on one base, one set of pictures and one batch size."""

    def __init__(self, options, batch: int, side: int, device: torch.device, folder: Path):
        self.options, self.batch, self.side, self.device = options, batch, side, device
        data = write_pictures(folder / "data", options.images, side)
        self.dtype = loading.choose_dtype(device, options.precision)
        self.info, self.model = open_base(options.base, device, self.dtype)
        self.config = RunConfig(
            train_data_dir=str(data),
            metadata_path=str(data / "metadata.csv"),
            base_model=str(self.info.path),
            output_dir=str(folder / "ours"),
            batch_size=batch,
            epochs=10_000,
            save_steps=1_000_000,
            lora_rank=options.rank,
            targets=options.targets,
            resolution=options.resolution or self.info.default_width,
            buckets=False,
            lr_schedule="constant",
            gradient_checkpointing=options.checkpointing,
            compile=options.compile,
            precision=options.precision,
            device=str(device),
        )

    def run(self, name: str) -> tuple[int, float, float]:
        """One turn of a loop: (images, wall seconds, CPU seconds)."""
        loop = LOOPS[name]
        return loop(self.config, self.model, self.device, self.dtype, self.options.steps)

    def compare(self) -> None:
        """Alternate turns of both loops and print a line each, and the ratio."""
        times = {name: Turn() for name in LOOPS}
        ratios = []
        memory = {}
        for turn in range(self.options.turns + 1):
            pair = {}
            for name in LOOPS:
                if self.device.type == "cuda":
                    torch.cuda.reset_peak_memory_stats(self.device)
                pair[name] = self.run(name)
                memory[name] = peak_memory(self.device)
            # The first turn warms caches, allocator and compiler up and counts for nothing.
            if turn:
                for name, spent in pair.items():
                    times[name].add(*spent)
                ratios.append(pair["plain"][2] / pair["ours"][2])
        if self.device.type == "cpu":
            memory = {name: self.memory_alone(name) for name in LOOPS}
        title = f"batch {self.batch}  JPEGs of {self.side} px"
        for name, spent in times.items():
            print(
                f"{title}  {name:5}  {spent.images / spent.wall:8.3f} images/s  "
                f"{spent.cpu / spent.images:7.3f} CPU s/image  peak {memory[name] / 1e9:.2f} GB"
            )
        plain, ours = times["plain"], times["ours"]
        line = f"{title}  ratio  {plain.wall / ours.wall:.2f} by the clock"
        if self.device.type == "cpu":
            line += (
                f", {plain.cpu / ours.cpu:.2f} in CPU seconds "
                f"({min(ratios):.2f} to {max(ratios):.2f} in single turns)"
            )
        print(line)
        print_bound(self, ours)
        if self.options.profile:
            self.print_profile()

    def memory_alone(self, name: str) -> int:
        """Peak bytes of a process that only runs one turn of one loop."""
        command = [sys.executable, "-m", "benchmarks.training_speed", "--only", name]
        for key in ("base", "rank", "targets", "precision", "device", "images", "resolution"):
            if getattr(self.options, key) is not None:
                command += [f"--{key}", str(getattr(self.options, key))]
        command += ["--batch", str(self.batch), "--side", str(self.side), "--steps", "2"]
        command += ["--checkpointing"] * self.options.checkpointing
        ended = subprocess.run(command, check=True, capture_output=True, text=True)
        return int(ended.stdout.split()[-1])

    def print_profile(self) -> None:
        """The kinds of arithmetic that our loop spends its time on."""
        with torch.profiler.profile() as profile:
            self.run("ours")
        events = sorted(profile.key_averages(), key=lambda e: -e.self_cpu_time_total)
        total = sum(event.self_cpu_time_total for event in events)
        for event in events[:12]:
            print(f"  {100 * event.self_cpu_time_total / total:5.1f} %  {event.key}")


# -- the two loops ------------------------------------------------------------------------


def plain_loop(config, model, device, dtype, steps) -> tuple[int, float, float]:
    """The loop of the diffusers example; returns (images, wall seconds, CPU seconds)."""
    info, pipe = model.info, model.pipe
    adapters.add_training_adapter(model, config)
    pipe.unet.train()
    if config.gradient_checkpointing:
        pipe.unet.enable_gradient_checkpointing()
    parameters = [p for p in pipe.unet.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=config.learning_rate, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1.0)
    loader = torch.utils.data.DataLoader(
        Pictures(config), batch_size=config.batch_size, shuffle=True, drop_last=True
    )
    alphas = pipe.scheduler.alphas_cumprod.to(device)
    batches = endless(loader)
    begin = clock(device)
    for _ in range(steps):
        batch = next(batches)
        with torch.no_grad():
            pixels = batch["pixels"].to(device, pipe.vae.dtype)
            latents = pipe.vae.encode(pixels).latent_dist.sample()
            latents = latents * pipe.vae.config.scaling_factor
            prompts = model.encode_captions(list(batch["caption"])).to(dtype=dtype)
        noise = torch.randn_like(latents)
        timesteps = torch.randint(len(alphas), (len(latents),), device=device)
        noisy_latents = pipe.scheduler.add_noise(latents, noise, timesteps)
        with torch.autocast(device.type, dtype, enabled=dtype != torch.float32):
            model_output = model.predict(noisy_latents.to(dtype), timesteps, prompts)
        target = noise
        if info.prediction_type == "v_prediction":
            signal = alphas[timesteps].view(-1, 1, 1, 1)
            target = signal.sqrt() * noise - (1 - signal).sqrt() * latents
        error = torch.nn.functional.mse_loss(model_output.float(), target.float(), reduction="none")
        weights = min_snr_weights(alphas, timesteps, config.min_snr_gamma, info.prediction_type)
        loss = (error.mean(dim=(1, 2, 3)) * weights).mean()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, config.max_grad_norm)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        loss.item()  # shown at every step, as the example does
    spent = since(begin, device)
    adapters.unload_pack(model, adapters.TRAINED)
    pipe.unet.disable_gradient_checkpointing()
    return steps * config.batch_size, *spent


class StopAfter(Control):
    """Ends our loop after a number of steps, and keeps the time of the first and the last."""

    def __init__(self, steps, device):
        self.left, self.device = steps, device
        self.began = self.spent = None

    def yield_device(self):
        if self.began is None:
            self.began = clock(self.device)
        elif self.left == 0:
            self.spent = since(self.began, self.device)
        self.left -= 1

    def should_cancel(self):
        return self.spent is not None


def our_loop(config, model, device, dtype, steps) -> tuple[int, float, float]:
    """Our trainer on the same model: caches are filled in the first turn, as in any run."""
    control = StopAfter(steps, device)
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(config.output_dir) / "cache"
        for _ in train(
            config, folder, control=control, model=model, info=model.info, cache_dir=cache
        ):
            pass
    return steps * config.batch_size, *control.spent


LOOPS = {"plain": plain_loop, "ours": our_loop}


def clock(device) -> tuple[float, float]:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter(), time.process_time()


def since(begin, device) -> tuple[float, float]:
    now = clock(device)
    return now[0] - begin[0], now[1] - begin[1]


def endless(loader):
    while True:
        yield from loader


class Pictures(torch.utils.data.Dataset):
    """Opens, cuts and scales a picture whenever it is asked for."""

    def __init__(self, config):
        self.side = config.resolution
        self.folder = Path(config.train_data_dir)
        self.rows = list(read_metadata(config.metadata_path).rows.items())

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, index):
        name, caption = self.rows[index]
        image, _ = fit_crop(open_rgb(self.folder / name), self.side, self.side)
        pixels = torch.from_numpy(np.asarray(image, dtype=np.float32) / 127.5 - 1)
        return {"pixels": pixels.permute(2, 0, 1), "caption": caption}


# -- models, pictures, figures ------------------------------------------------------------


def open_base(name: str, device, dtype):
    """A base by name or path, or one of full size with random weights ("sd15", "sdxl")."""
    if name not in ("sd15", "sdxl"):
        info = base_models.describe(name)
        return info, loading.load_model(info, device, dtype)
    config = CONFIGS / name
    torch.manual_seed(0)
    with torch.device(device):
        unet = UNet2DConditionModel.from_config(UNet2DConditionModel.load_config(config / "unet"))
        vae = AutoencoderKL.from_config(AutoencoderKL.load_config(config / "vae"))
        text = CLIPTextModel(CLIPTextConfig.from_pretrained(config / "text_encoder"))
        parts = {"unet": unet, "vae": vae, "text_encoder": text}
        if name == "sdxl":
            second = CLIPTextConfig.from_pretrained(config / "text_encoder_2")
            parts["text_encoder_2"] = CLIPTextModelWithProjection(second)
    for part in parts.values():
        part.to(dtype).requires_grad_(False).eval()
    parts["tokenizer"] = clip_tokenizer()
    if name == "sdxl":
        parts["tokenizer_2"] = clip_tokenizer(pad_token="!")
    info = families.of(name).describe_config(name, config, config, {})
    return info, loading.load_model(info, device, dtype, **parts)


def write_pictures(folder: Path, count: int, side: int) -> Path:
    """Pictures of soft noise, saved as photographs are: JPEGs of side × side px."""
    folder.mkdir(parents=True)
    numbers = np.random.default_rng(0)
    lines = []
    for i in range(count):
        small = numbers.integers(0, 256, (12, 12, 3), dtype=np.uint8)
        image = Image.fromarray(small).resize((side, side), Image.Resampling.BICUBIC)
        image.save(folder / f"{i:03}.jpg", quality=92)
        lines.append(f"{i:03}.jpg,an arcade street number {i} at night, red lanterns\n")
    (folder / "metadata.csv").write_text("".join(lines), encoding="utf-8")
    return folder


def peak_memory(device) -> int:
    """Bytes: of the card since the last reset, or the largest this process ever was (Linux)."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    # Not getrusage: its figure is handed down from the process that started this one.
    told = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(told[1]) * 1024


def print_bound(bench: Bench, ours: Turn) -> None:
    """The arithmetic of one step, and how much of it a second carries."""
    info, model, device, dtype = bench.info, bench.model, bench.device, bench.dtype
    batch, side = bench.batch, bench.config.resolution // info.vae_factor
    latents = torch.randn(batch, info.latent_channels, side, side, device=device, dtype=dtype)
    timesteps = torch.zeros(batch, dtype=torch.long, device=device)
    prompts = model.encode_captions(["an arcade"] * batch).to(dtype=dtype)
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        model.predict(latents, timesteps, prompts)
    # Forward, and once more for the gradients of the activations; the base's own weights get none.
    per_image = 2 * counter.get_total_flops() / batch
    rate = per_image * ours.images / (ours.cpu if device.type == "cpu" else ours.wall)
    print(f"batch {batch}  network {per_image / 1e9:.1f} GFLOP/image, {rate / 1e9:.1f} GFLOP/s")


def machine(device: torch.device) -> str:
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    name = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        lines = cpuinfo.read_text().splitlines()
        models = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
        name = f"{len(models)} × {models[0]}" if models else name
    return f"{name}, {torch.get_num_threads()} thread(s)"


if __name__ == "__main__":
    main()
