"""How many tokens a text takes, counted without torch so that a web page may ask."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

from tokenizers import Regex, Tokenizer
from tokenizers.models import BPE
from tokenizers.normalizers import NFC, Lowercase, Replace, Sequence
from tokenizers.pre_tokenizers import ByteLevel, Split
from tokenizers.pre_tokenizers import Sequence as Steps

from training.engine.families.clip_tokenizer import clip_merges, clip_vocabulary, read_merge

_FRAME = 2  # start and end of text, which every prompt carries
_WORDS = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"


def count(base: str | Path, text: str) -> int:
    """Tokens of text for a base model's tokenizer, its start and end marks included.

    base: a diffusers folder, whose tokenizer/ is read; a single file has CLIP's own.
    """
    return len(_tokenizer(str(base)).encode(text, add_special_tokens=False).ids) + _FRAME


@lru_cache(maxsize=4)
def _tokenizer(base: str) -> Tokenizer:
    folder = Path(base) / "tokenizer"
    whole = folder / "tokenizer.json"
    if whole.is_file():
        tokenizer = Tokenizer.from_file(str(whole))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer
    if (folder / "vocab.json").is_file():
        vocabulary = json.loads((folder / "vocab.json").read_text("utf-8"))
        lines = (folder / "merges.txt").read_text("utf-8").splitlines()
        merges = [read_merge(line) for line in lines if line and not line.startswith("#version")]
        return _clip(vocabulary, merges)
    return _clip(clip_vocabulary(), list(clip_merges()))


def _clip(vocabulary: dict[str, int], merges: list[tuple[str, str]]) -> Tokenizer:
    tokenizer = Tokenizer(
        BPE(vocabulary, merges, end_of_word_suffix="</w>", unk_token="<|endoftext|>")
    )
    tokenizer.normalizer = Sequence([NFC(), Replace(Regex(r"\s+"), " "), Lowercase()])
    tokenizer.pre_tokenizer = Steps(
        [Split(Regex(_WORDS), behavior="removed", invert=True), ByteLevel(add_prefix_space=False)]
    )
    return tokenizer
