"""The tokenizer built from the vendored merges is CLIP's own."""

import hashlib
import json

from training.engine.families.clip_tokenizer import clip_merges, clip_tokenizer, clip_vocabulary


def test_vocabulary_is_the_published_one():
    vocabulary = clip_vocabulary()

    compact = json.dumps(vocabulary, ensure_ascii=False, separators=(",", ":"))
    assert len(clip_merges()) == 48_894
    assert len(vocabulary) == 49_408
    assert hashlib.sha256(compact.encode()).hexdigest().startswith("5047b556")


def test_known_sentence_has_its_known_tokens():
    tokens = clip_tokenizer()("a photo of a cat").input_ids

    assert tokens == [49406, 320, 1125, 539, 320, 2368, 49407]


def test_second_sdxl_tokenizer_pads_with_an_exclamation_mark():
    tokens = clip_tokenizer(pad_token="!")("a", padding="max_length", max_length=5).input_ids

    assert tokens == [49406, 320, 49407, 0, 0]
