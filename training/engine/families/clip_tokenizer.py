"""The CLIP tokenizer, built from its vendored merges (configs/clip_tokenizer, with its licence)."""

import functools
import gzip
from pathlib import Path

MERGES = Path(__file__).parent / "configs" / "clip_tokenizer" / "merges.txt.gz"


@functools.cache
def clip_merges() -> tuple[tuple[str, str], ...]:
    """The 48,894 merges, first the most frequent."""
    lines = gzip.decompress(MERGES.read_bytes()).decode("utf-8").splitlines()[1:]
    return tuple(read_merge(line) for line in lines)


def read_merge(line: str) -> tuple[str, str]:
    """The two symbols that a line of merges.txt puts together."""
    left, right = line.split()
    return left, right


def clip_vocabulary() -> dict[str, int]:
    """Token → id: 256 byte symbols, the same at a word's end, the merges, the two marks.

    Bytes that print as themselves come first; the others get code points from 256 on.
    """
    printed = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = [byte for byte in range(256) if byte not in printed]
    symbols = [chr(byte) for byte in printed] + [chr(256 + i) for i in range(len(hidden))]
    tokens = [
        *symbols,
        *(symbol + "</w>" for symbol in symbols),
        *(left + right for left, right in clip_merges()),
        "<|startoftext|>",
        "<|endoftext|>",
    ]
    return {token: number for number, token in enumerate(tokens)}


def clip_tokenizer(pad_token: str = "<|endoftext|>", max_length: int = 77):
    """A transformers CLIPTokenizer. SDXL's second one pads with “!” instead of the end mark."""
    from transformers import CLIPTokenizer  # noqa: PLC0415 -- slow; describing a base skips it

    return CLIPTokenizer(
        vocab=clip_vocabulary(),
        merges=list(clip_merges()),  # type: ignore[arg-type]  # pairs are what it takes
        pad_token=pad_token,
        model_max_length=max_length,
    )
