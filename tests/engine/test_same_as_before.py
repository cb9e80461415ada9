"""The same run gives the same weights, and the same request the same picture, as ever.

same_as_before.json holds what short runs and a few pictures on each toy base gave when it was
written. Processors and library versions add in different orders, so the last bits are those of one
machine: a probe, made with the plain libraries alone, tells whether this one is its like. If so,
every hash must agree. If not, the figures must agree within a tolerance; names, sizes and what the
file says of itself agree anywhere.

`python -m tests.engine.test_same_as_before --write` writes the file anew. That is right when the
results are meant to change, which CHANGELOG.md then says, or when the pinned libraries have
changed: then write it with the code as it was before the change of versions. It is never right to
let a change pass that only moves code.
"""

import hashlib
import json
import sys
import tempfile
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors import safe_open

from tests.engine import toys
from training.engine.config.run_config import RunConfig
from training.engine.families.noise_sampler import SCHEDULERS
from training.engine.sampling.renderer import Renderer, SampleRequest
from training.engine.train.trainer import train

KEPT = Path(__file__).with_name("same_as_before.json")
FAMILIES = ("sd15", "sdxl", "studio-mini")
LIBRARIES = ("torch", "diffusers", "transformers", "peft", "numpy", "Pillow")
WITH_TIME_OR_PLACE = (
    "ss_training_started_at",
    "ss_training_finished_at",
    "ss_session_id",  # made of the settings, the folders' paths included
    "ss_new_sd_model_hash",  # of the toy base's weights, whose last bits the machine draws
    "modelspec.date",
    "studio.libraries",
)

RUNS = {
    "sd15": {"flip": True, "sample_prompts": ["an arcade"], "sample_steps": 2},
    "sd15-text": {"train_text_encoder": True, "text_encoder_lr": 1e-2, "targets": "kohya-conv"},
    "sdxl": {"min_snr_gamma": 0, "noise_offset": 0.05, "caption_dropout": 0.4, "rslora": True},
    "sdxl-text": {"train_text_encoder": True, "text_encoder_lr": 1e-2, "lora_dropout": 0.1},
    "studio-mini": {
        "shuffle_captions": True,
        "trigger_words": "lnarc",
        "gradient_accumulation": 2,
        "validation_share": 0.2,
        "ema": 0.5,
        "lr_schedule": "linear",
    },
}
LONG = "(red lanterns:1.4), [green tiles], " + "an arcade in the morning, " * 5 + "BREAK dim light"


@pytest.fixture(scope="module")
def kept():
    return json.loads(KEPT.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def is_like_machine(kept):
    return probe() == kept["probe"]


@pytest.mark.parametrize("name", RUNS)
def test_run_and_its_pictures_are_the_same_as_before(name, kept, is_like_machine, tmp_path):
    before = kept["runs"][name]

    now = json.loads(json.dumps(measured(name, tmp_path)))

    assert now["anywhere"] == before["anywhere"]
    # A hash that differs tells nothing of how far it is: the figures come first.
    assert now["figures"].keys() == before["figures"].keys()
    for title, figures in now["figures"].items():
        expected = before["figures"][title]
        near = pytest.approx(expected, rel=0.01, abs=0.01 * expected["std"])
        assert figures == near, title
    assert now["losses"] == pytest.approx(before["losses"], rel=1e-3)
    if is_like_machine:
        assert now["exact"] == before["exact"]


def measured(name: str, folder: Path) -> dict:
    """What the run `name` and a few pictures with its pack give.

    anywhere: equal on every machine. exact: hashes and bits, equal on machines that are alike.
    figures: by name, a mean and a spread each; losses: by step. Both nearly equal everywhere.
    """
    family = name.removesuffix("-text")
    with one_thread():
        base = toys.write_base(folder / family, family)
        pictures = toys.write_dataset(folder / "pictures", 3)
        wide = toys.write_dataset(folder / "wide", 2, size=(66, 44), seed=1)
        captions = (pictures / "metadata.csv").read_text()
        for i, path in enumerate(sorted(wide.glob("*.png"))):
            path.rename(pictures / f"wide{i}.png")
            captions += f"wide{i}.png,a wide arcade, number {i}, blue sky\n"
        (pictures / "metadata.csv").write_text(captions)
        config = RunConfig.from_mapping(
            {
                "train_data_dir": str(pictures),
                "metadata_path": str(pictures / "metadata.csv"),
                "base_model": str(base),
                "output_dir": str(folder / "style"),
                "lora_rank": 2,
                "lora_alpha": 4,
                "batch_size": 2,
                "epochs": 4,
                "max_steps": 6,
                "learning_rate": 1e-2,
                "save_steps": 4,
                "save_precision": "fp32",
                "device": "cpu",
            }
            | RUNS[name]
        )
        events = list(train(config))
        pack = folder / "style" / "style.safetensors"
        requests = requests_on(family, pack, all_of_them=name == family)
        painted = Renderer(base, "cpu").render(list(requests.values()))

    losses = [event.loss for event in events if event.kind in ("step", "validation")]
    told = {key: value for key, value in metadata(pack).items() if not key.startswith("sshs_")}
    anywhere = {
        "events": [event.kind for event in events if event.kind != "phase"],
        "metadata": {k: v for k, v in sorted(told.items()) if k not in WITH_TIME_OR_PLACE},
        "tensors": {key: str(list(value.shape)) for key, value in tensors(pack).items()},
    }
    exact = {"losses": [float(loss).hex() for loss in losses]}
    figures = {}
    for path in sorted((folder / "style").glob("*.safetensors")):
        exact[path.name] = hash_of(tensors(path))
        figures[path.name] = figures_of(tensors(path))
    for kind in ("latents", "texts"):
        # Their names too: what was encoded before is to be found again.
        cached = sorted((folder / "style" / ".cache" / kind).rglob("*.safetensors"))
        anywhere[f"{kind} in the cache"] = len(cached)
        exact |= {f"{kind} {path.stem}": hash_of(tensors(path)) for path in cached}
        together = {f"{p} {name}": part for p in cached for name, part in tensors(p).items()}
        if together:
            figures[kind] = figures_of(together)
    samples = {p.name: Image.open(p) for p in sorted((folder / "style").glob("samples/*.png"))}
    for title, picture in {**dict(zip(requests, painted, strict=True)), **samples}.items():
        pixels = torch.from_numpy(np.array(picture))
        exact[title] = hash_of({"": pixels})
        figures[title] = figures_of({"": pixels})
        anywhere[f"size {title}"] = "{} × {}".format(*picture.size)
    return {"anywhere": anywhere, "exact": exact, "figures": figures, "losses": losses}


def requests_on(family: str, pack: Path, all_of_them: bool) -> dict[str, SampleRequest]:
    """Requests by what they try; without `all_of_them` only the pack and the long prompt."""
    rows = np.arange(90 * 120 * 3, dtype=np.uint32) * 2654435761 >> 18
    photo = Image.fromarray((rows % 256).astype(np.uint8).reshape(90, 120, 3))
    mask = Image.new("L", (120, 90), 255)
    mask.paste(0, (0, 0, 40, 90))
    mask.paste(128, (40, 0, 60, 90))
    common = {"steps": 4, "seed": 3}
    styled = {
        "pack": SampleRequest("an arcade", packs=[(pack, 0.7)], **common),
        "pack, long prompt": SampleRequest(LONG, "dull, grey", packs=[(pack, 1.0)], **common),
    }
    if not all_of_them:
        return styled
    return styled | {
        "long prompt": SampleRequest(LONG, "(dull:1.2), grey", **common),
        "no guidance, wide": SampleRequest(
            "an arcade", width=64, height=32, guidance=1.0, **common
        ),
        "from a picture": SampleRequest(
            "an arcade", init_image=photo, denoising_strength=0.6, **common
        ),
        "masked": SampleRequest(
            "an arcade", init_image=photo, denoising_strength=0.8, mask=mask, **common
        ),
        "masked with the pack": SampleRequest(
            "an arcade", init_image=photo, mask=mask, packs=[(pack, 0.7)], **common
        ),
        **{name: SampleRequest("an arcade", scheduler=name, **common) for name in SCHEDULERS},
    }


def probe() -> dict[str, str]:
    """The versions at hand, and a hash of what the plain libraries compute with one thread."""
    found = {name: version(name) for name in LIBRARIES}
    chance = torch.Generator().manual_seed(7)

    def draw(*shape):
        return torch.randn(shape, generator=chance)

    def compute(function, *inputs):
        """The answer and its gradients."""
        inputs = [value.requires_grad_() for value in inputs]
        answer = function(*inputs)
        answer.square().sum().backward()
        return [answer, *(value.grad for value in inputs)]

    with one_thread(), torch.random.fork_rng():
        nn = torch.nn.functional
        kernels = [
            *compute(torch.matmul, draw(257, 96), draw(96, 131)),
            *compute(torch.matmul, draw(2, 77, 32), draw(32, 2)),
            *compute(nn.conv2d, draw(2, 32, 17, 23), draw(48, 32, 3, 3)),
            *compute(lambda x: nn.group_norm(x, 8), draw(2, 32, 16, 24)),
            *compute(lambda x: nn.softmax(x, -1), draw(8, 77, 77)),
            *compute(nn.silu, draw(1000)),
            *compute(nn.gelu, draw(1000)),
            *compute(nn.scaled_dot_product_attention, *(draw(2, 8, 96, 8) for _ in range(3))),
        ]
        found["kernels"] = hash_of({str(i): value.detach() for i, value in enumerate(kernels)})
        for family in FAMILIES:
            found[family] = hash_of(_networks_answers(family, draw, compute))
    return found


def _networks_answers(family: str, draw, compute) -> dict[str, torch.Tensor]:
    """What a toy's own networks answer, gradients included: the engine's shapes without it."""
    pipe = toys.make_pipe(family)
    ids = torch.arange(pipe.tokenizer.model_max_length)[None] % 90
    size, unet = pipe.vae.config.latent_channels, pipe.unet
    more = {}
    if family == "sdxl":
        more = {"text_embeds": draw(2, 64), "time_ids": torch.full((2, 6), 32.0)}
    answers = compute(
        lambda x, text: unet(x, torch.tensor([3, 800]), text, added_cond_kwargs=more).sample,
        draw(2, size, 12, 16),
        draw(2, ids.shape[1], unet.config.cross_attention_dim),
    )
    answers += [parameter.grad for parameter in unet.parameters()]
    with torch.no_grad():
        answers.append(pipe.vae.encode(draw(1, 3, 32, 48)).latent_dist.mean)
        answers.append(pipe.vae.decode(draw(1, size, 12, 16)).sample)
        for part in ("text_encoder", "text_encoder_2"):
            if hasattr(pipe, part):
                answers.append(getattr(pipe, part)(ids)[0])
    return {str(i): value.detach() for i, value in enumerate(answers)}


@contextmanager
def one_thread():
    """With one thread: how work is cut into threads decides in which order it is added up."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def tensors(path: Path) -> dict[str, torch.Tensor]:
    with safe_open(path, "pt") as file:
        return {name: file.get_tensor(name) for name in sorted(file.keys())}


def metadata(path: Path) -> dict[str, str]:
    with safe_open(path, "pt") as file:
        return file.metadata()


def hash_of(values: dict[str, torch.Tensor]) -> str:
    """sha256 of names, types, shapes and bytes, in the order of the names."""
    digest = hashlib.sha256()
    for name, value in sorted(values.items()):
        digest.update(f"{name} {value.dtype} {tuple(value.shape)}".encode())
        digest.update(value.contiguous().numpy().tobytes())
    return digest.hexdigest()


def figures_of(values: dict[str, torch.Tensor]) -> dict[str, float]:
    """Mean, spread and length (L2) of all numbers together."""
    numbers = torch.cat([value.double().flatten() for _, value in sorted(values.items())])
    return {
        "mean": float(f"{numbers.mean():.6g}"),
        "std": float(f"{numbers.std():.6g}"),
        "norm": float(f"{numbers.norm():.6g}"),
    }


def write() -> None:
    runs = {}
    for name in RUNS:
        with tempfile.TemporaryDirectory() as folder:
            runs[name] = measured(name, Path(folder))
    text = json.dumps({"probe": probe(), "runs": runs}, indent=1, ensure_ascii=False)
    KEPT.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit(__doc__)
    write()
