"""Files that are not what they say: the import on the site and the command line tell it alike."""

import pickle

import pytest
import torch
from django.core.files.uploadedfile import SimpleUploadedFile
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from gallery.models import StyleVersion
from tests.gallery.test_import import sdxl_file
from tests.gallery.test_origin_rights import filled_in
from training.engine.cli import main


def copied(source, target, change=lambda tensors: tensors, **metadata):
    """The weights of a file, changed, with other metadata."""
    with safe_open(source, "pt") as file:
        known = file.metadata() or {}
    save_file(change(load_file(source)), target, known | metadata)
    return target


def says_sd15(_toy_weights, folder):
    return copied(sdxl_file(folder), folder / "liar.safetensors", ss_base_model_version="sd_v1")


def without_effect(toy_weights, folder):
    def zeroed(tensors):
        return {k: torch.zeros_like(v) if ".lora_up." in k else v for k, v in tensors.items()}

    return copied(toy_weights, folder / "nothing.safetensors", zeroed)


def minus_zero(toy_weights, folder):
    def zeroed(tensors):
        return {k: v * -0.0 if ".lora_down." in k else v for k, v in tensors.items()}

    return copied(toy_weights, folder / "nothing.safetensors", zeroed)


def renamed_pickle(_toy_weights, folder):
    (folder / "style.safetensors").write_bytes(pickle.dumps({"a": [1.0] * 200}))
    return folder / "style.safetensors"


def renamed_checkpoint(_toy_weights, folder):
    torch.save({"a": torch.ones(3)}, folder / "style.safetensors")
    return folder / "style.safetensors"


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (without_effect, "nothing.safetensors has no effect"),
        (minus_zero, "nothing.safetensors has no effect"),
        (renamed_pickle, "style.safetensors is a pickle file"),
        (renamed_checkpoint, "style.safetensors is a pickle file"),
    ],
)
def test_bad_style_is_refused_on_the_site_and_by_the_command(
    client, designer, base, toy_weights, tmp_path, capsys, make, words
):
    path = make(toy_weights, tmp_path)
    file = SimpleUploadedFile(path.name, path.read_bytes())
    client.force_login(designer)

    answer = client.post(
        "/styles/import/", filled_in(file=file, base=base.pk), headers={"Accept-Language": "en"}
    )
    code = main(["inspect", str(path)])

    assert answer.status_code == 422
    assert words in answer.context["form"].errors["file"][0]
    assert not StyleVersion.objects.exists()
    assert code == 1
    said = capsys.readouterr()
    assert words in said.out + said.err


def test_file_that_says_sd15_and_is_sdxl_is_taken_for_what_its_weights_are(
    client, designer, base, toy_weights, tmp_path, capsys
):
    path = says_sd15(toy_weights, tmp_path)
    file = SimpleUploadedFile(path.name, path.read_bytes())
    client.force_login(designer)

    answer = client.post(
        "/styles/import/", filled_in(file=file, base=base.pk), headers={"Accept-Language": "en"}
    )
    main(["inspect", str(path)])

    assert "liar.safetensors is made for sdxl" in answer.context["form"].errors["file"][0]
    assert "says it is made for sd15, but its weights fit sdxl" in capsys.readouterr().out


def test_file_that_lies_about_its_rank_is_told_of_and_used_by_its_weights(
    client, designer, base, toy_weights, tmp_path, capsys
):
    path = copied(toy_weights, tmp_path / "liar.safetensors", ss_network_dim="128")
    file = SimpleUploadedFile(path.name, path.read_bytes())
    client.force_login(designer)

    answer = client.post(
        "/styles/import/", filled_in(file=file, base=base.pk), headers={"Accept-Language": "en"}
    )
    code = main(["inspect", str(path)])

    told = [str(message) for message in answer.wsgi_request._messages]
    words = "liar.safetensors says its rank is 128, but its layers have rank 4"
    assert any(words in message for message in told)
    assert StyleVersion.objects.count() == 1
    assert code == 0
    assert words in capsys.readouterr().out
