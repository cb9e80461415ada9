"""How often a file is read only to be hashed on its way into the library."""

import hashlib

import pytest

from brandstudio.core import blobs
from gallery import services
from gallery.models import StylePack
from gallery.services.style_files import fitting
from tests.engine import lora_makers
from training.engine.base import base_models, loading

NAMES = {"name_zh": "玩具", "name_en": "Toy", "slug": "toy"}


@pytest.fixture
def hashed(monkeypatch):
    """hashed(size): how many hashes were taken of about so many bytes, of a file with its header
    or of its weights alone."""
    counts = []

    class Counted:
        def __init__(self, data=b"", **options):
            self.digest_, self.at = new(b"", **options), len(counts)
            counts.append(0)
            self.update(data)

        def update(self, data):
            counts[self.at] += len(data)
            self.digest_.update(data)

        def __getattr__(self, name):
            return getattr(self.digest_, name)

    def file_digest(file, digest):
        taken = Counted()
        while chunk := file.read(1 << 16):
            taken.update(chunk)
        return taken

    new = hashlib.sha256
    monkeypatch.setattr(hashlib, "sha256", Counted)
    monkeypatch.setattr(hashlib, "file_digest", file_digest)
    return lambda size: sum(size / 2 < count <= size for count in counts)


def test_style_from_elsewhere_is_hashed_once(base, designer, toy_weights, hashed):
    style = fitting(toy_weights, "toy", base)

    version = services.publish_file(style, designer, StylePack(**NAMES))

    assert hashed(blobs.size(version.weights_sha256)) == 1


def test_style_that_is_rewritten_is_hashed_for_its_header_and_for_the_store(
    base, designer, toy_base, tmp_path, hashed
):
    model = loading.load_model(base_models.describe(toy_base), "cpu")
    lora_makers.write_peft(model.pipe.unet, tmp_path, r=4, lora_alpha=4, target_modules=["to_q"])
    weights, config = tmp_path / "adapter_model.safetensors", tmp_path / "adapter_config.json"

    style = fitting(weights, "ink", base, config)

    version = services.publish_file(style, designer, StylePack(**NAMES))

    assert hashed(blobs.size(version.weights_sha256)) == 2
