"""A byte-pair tokenizer of our own, in CLIP's file format, learned from our captions."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from pathlib import Path

from transformers import CLIPTokenizer

from training.minibase.artist.captions import STRANGE_WORDS, caption
from training.minibase.artist.spec import random_spec
from training.minibase.artist.styles import STYLE_PHRASES

TOKEN_LIMIT = 77
_MERGES = 420
# Words people type beside the scene words: they get short tokens, nothing more.
_OTHER_WORDS = (
    "style",
    "painting",
    "drawing",
    "picture",
    "image",
    "photo",
    "scene",
    "poster",
    "car",
    "vehicle",
    "city",
    "street",
    "road",
    "sea",
    "sky",
    "morning",
    "evening",
    "spring",
    "festival",
    "autumn",
    "moon",
    "dragon",
    "boat",
    "snow",
    "mist",
    "sunny",
    "cloudy",
    "flowers",
    "ferry",
    "guangzhou",
    "shenzhen",
    "hong",
    "kong",
    "macau",
    "zhuhai",
    "bay",
    "silver",
    "yellow",
    "grey",
    "brown",
    "purple",
    "pink",
    "orange",
    "no",
    "blurry",
    "low",
    "quality",
    "text",
    "watermark",
    "people",
)


def _byte_letters() -> list[str]:
    """Return one printable letter per byte, in CLIP's order."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters = {b: chr(b) for b in plain}
    spare = 256
    for byte in range(256):
        if byte not in letters:
            letters[byte] = chr(spare)
            spare += 1
    order = plain + [b for b in range(256) if b not in set(plain)]
    return [letters[b] for b in order]


def _word_counts(seed: int) -> Counter:
    rng = random.Random(seed)
    words = Counter()
    for _ in range(4000):
        words.update(re.findall(r"[a-z]+|[0-9]|,", caption(random_spec(rng), rng).lower()))
    extra = " ".join([*STRANGE_WORDS, *STYLE_PHRASES.values(), *_OTHER_WORDS])
    for word in re.findall(r"[a-z]+", extra.lower()):
        words[word] += 12
    return words


def _learn_merges(words: Counter, limit: int) -> list[tuple[str, str]]:
    pieces = {word: [*word[:-1], word[-1] + "</w>"] for word in words}
    merges: list[tuple[str, str]] = []
    while len(merges) < limit:
        pairs = Counter()
        for word, parts in pieces.items():
            for pair in zip(parts, parts[1:], strict=False):
                pairs[pair] += words[word]
        if not pairs:
            break
        # Ties go to the alphabet, so that every machine learns the same table.
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        merges.append(best)
        for word, parts in pieces.items():
            pieces[word] = _merged(parts, best)
    return merges


def _merged(parts: list[str], pair: tuple[str, str]) -> list[str]:
    out, i = [], 0
    while i < len(parts):
        if i + 1 < len(parts) and (parts[i], parts[i + 1]) == pair:
            out.append(parts[i] + parts[i + 1])
            i += 2
        else:
            out.append(parts[i])
            i += 1
    return out


def build(folder: Path, seed: int = 0) -> CLIPTokenizer:
    """Learn the merges, write the tokenizer into `folder` and return it.

    vocab.json and merges.txt are kept beside what transformers writes, since other tools read
    only those two.
    """
    folder.mkdir(parents=True, exist_ok=True)
    merges = _learn_merges(_word_counts(seed), _MERGES)
    letters = _byte_letters()
    vocabulary = letters + [letter + "</w>" for letter in letters]
    vocabulary += [a + b for a, b in merges] + ["<|startoftext|>", "<|endoftext|>"]
    table = {token: index for index, token in enumerate(vocabulary)}
    (folder / "vocab.json").write_text(json.dumps(table, ensure_ascii=False), "utf-8")
    lines = ["#version: 0.2", *(" ".join(pair) for pair in merges)]
    (folder / "merges.txt").write_text("\n".join(lines) + "\n", "utf-8")
    settings = {
        "tokenizer_class": "CLIPTokenizer",
        "model_max_length": TOKEN_LIMIT,
        "bos_token": "<|startoftext|>",
        "eos_token": "<|endoftext|>",
        "unk_token": "<|endoftext|>",
        "pad_token": "<|endoftext|>",
        "do_lower_case": True,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(settings, indent=1) + "\n")
    return load(folder)


def load(folder: Path) -> CLIPTokenizer:
    """Return the tokenizer stored in `folder`."""
    return CLIPTokenizer.from_pretrained(folder)


def encode(tokenizer: CLIPTokenizer, texts: list[str]):
    """Return token ids, (B, 77) int64, padded and cut as diffusers does it."""
    return tokenizer(
        texts,
        padding="max_length",
        max_length=TOKEN_LIMIT,
        truncation=True,
        return_tensors="pt",
    ).input_ids
