"""The text encoder: a small CLIPTextModel, warmed up on naming what a caption says."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import nn
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from training.minibase.artist import spec as scene
from training.minibase.artist.captions import training_caption
from training.minibase.artist.spec import random_spec
from training.minibase.tokenizer import TOKEN_LIMIT, encode

WIDTH = 128
ATTRIBUTES = {
    "place": scene.PLACES,
    "time": scene.TIMES,
    "weather": scene.WEATHERS,
    "vehicle": scene.VEHICLES,
    "colour": scene.COLOURS,
    "facing": scene.FACINGS,
    "extra": scene.EXTRAS,
}


def text_config(tokenizer: CLIPTokenizer, width: int = WIDTH, layers: int = 3) -> CLIPTextConfig:
    """Return the config; special token ids come from the tokenizer."""
    return CLIPTextConfig(
        vocab_size=len(tokenizer),
        hidden_size=width,
        intermediate_size=width * 4,
        num_hidden_layers=layers,
        num_attention_heads=width // 32,
        max_position_embeddings=TOKEN_LIMIT,
        projection_dim=width,
        hidden_act="quick_gelu",
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )


def labels(specs) -> dict[str, torch.Tensor]:
    """Return one int64 tensor (B,) per attribute."""
    return {
        name: torch.tensor([values.index(getattr(spec, name)) for spec in specs])
        for name, values in ATTRIBUTES.items()
    }


def warm_up(
    model: CLIPTextModel,
    tokenizer: CLIPTokenizer,
    *,
    seconds: float,
    seed: int,
    say: Callable[[str], None] = print,
) -> float:
    """Train the encoder to name every attribute from its states; return the held-out accuracy.

    The padding behind the caption sees all of it (attention is causal), so a random padding
    place is read as well as the end token: the UNet attends to both.
    """
    torch.manual_seed(seed)
    rng = random.Random(f"text-{seed}")
    heads = nn.ModuleDict(
        {k: nn.Linear(model.config.hidden_size, len(v)) for k, v in ATTRIBUTES.items()}
    )
    parameters = [*model.parameters(), *heads.parameters()]
    optimizer = torch.optim.AdamW(parameters, 1e-3, betas=(0.9, 0.98), weight_decay=0.01)
    started, step = time.monotonic(), 0
    while (spent := time.monotonic() - started) < seconds:
        for group in optimizer.param_groups:
            group["lr"] = 1e-3 * min(1, (step + 1) / 40) * max(0.05, 1 - spent / seconds)
        specs = [random_spec(rng) for _ in range(48)]
        states = _read_states(model, tokenizer, specs, rng)
        truth = labels(specs)
        loss = sum(F.cross_entropy(heads[k](states), truth[k].repeat(2)) for k in ATTRIBUTES)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        step += 1
        if step % 50 == 0:
            say(f"text encoder step {step}, loss {loss.item():.3f}, {spent:.0f} s")
    with torch.no_grad():
        specs = [random_spec(rng) for _ in range(256)]
        states, truth = _read_states(model, tokenizer, specs, rng), labels(specs)
        right = [(heads[k](states).argmax(1) == truth[k].repeat(2)).float().mean() for k in truth]
    return float(torch.stack(right).mean())


def _read_states(model, tokenizer, specs, rng) -> torch.Tensor:
    """Return (2B, width): the end token's state, then a random later place's."""
    ids = encode(tokenizer, [training_caption(spec, rng) for spec in specs])
    # Only as far as needed: padding up to 77 is seen by nobody before it.
    ends = (ids == tokenizer.eos_token_id).int().argmax(1)
    length = min(TOKEN_LIMIT, int(ends.max()) + 12)
    states = model(ids[:, :length]).last_hidden_state
    rows = torch.arange(len(specs))
    later = torch.tensor([rng.randrange(int(end), length) for end in ends])
    return torch.cat([states[rows, ends], states[rows, later]])
