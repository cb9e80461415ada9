"""Under which licence a base comes: read from its files, and what the name allows."""

import pytest
import torch
from safetensors.torch import save_file

from training.engine.base import base_models
from training.engine.base.licences import class_of, licence_of


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("apache-2.0", "commercial"),
        ("MIT", "commercial"),
        ("CreativeML OpenRAIL-M", "commercial"),
        ("CreativeML Open RAIL++-M", "commercial"),
        ("CC BY 4.0", "commercial"),
        ("cc-by-sa-4.0", "commercial"),
        ("CC0", "commercial"),
        ("cc-by-nc-4.0", "non-commercial"),
        ("CC BY-NC-SA 4.0", "non-commercial"),
        ("FLUX.1 [dev] Non-Commercial License", "non-commercial"),
        ("stabilityai-ai-community research", "non-commercial"),
        ("other", "unknown"),
        ("permitted by us", "unknown"),
        ("", "unknown"),
    ],
)
def test_class_follows_the_name(name, expected):
    assert class_of(name) == expected


def test_file_tells_its_licence_in_its_metadata(tmp_path):
    path = tmp_path / "base.safetensors"
    save_file({"a": torch.zeros(1)}, path, {"modelspec.license": " CC-BY-NC-4.0\n"})

    assert licence_of(path) == "CC-BY-NC-4.0"


def test_folder_tells_its_licence_in_its_model_card(tmp_path):
    (tmp_path / "README.md").write_text("---\ntags: [a]\nlicense: mit\n---\nlicense: no\n")

    assert licence_of(tmp_path) == "mit"
    assert licence_of(base_models.BUNDLED_FOLDER) == "apache-2.0"


@pytest.mark.parametrize("content", [b"", b"license: mit", b"---\nlicense:\n---\n", b"\xff\xfe---"])
def test_card_that_says_nothing_leaves_it_open(tmp_path, content):
    (tmp_path / "README.md").write_bytes(content)

    assert licence_of(tmp_path) == ""


def test_damaged_file_leaves_it_open(tmp_path):
    path = tmp_path / "base.safetensors"
    path.write_bytes(b"x" * 20)

    assert licence_of(path) == ""
