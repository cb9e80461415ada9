"""A style that leaves the house: complete for other tools, silent about the house."""

import io
import json
import zipfile

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from safetensors import safe_open
from safetensors.numpy import load as load_weights

from brandstudio.core import blobs
from brandstudio.core.models import Use
from brandstudio.core.problems import Refused
from gallery.engine import xmp
from gallery.services import bundles, export, policy
from training import services as training_services
from training.engine.files.safetensors_header import read_header
from training.engine.lora import kohya_file
from training.models import WeightsDownload

pytestmark = pytest.mark.django_db


@pytest.fixture
def talkative_weights(toy_weights, tmp_path):
    """The toy's weights with what a trainer notes of its house."""
    known = {
        **read_header(toy_weights).metadata,
        "ss_tag_frequency": json.dumps({"secret_folder": {"red lantern": 3}}),
        "ss_dataset_dirs": json.dumps({"secret_folder": {}}),
    }
    path = tmp_path / "talkative.safetensors"
    kohya_file.rewrite(toy_weights, path, known)
    return path


def unzipped(answer):
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_zip_holds_the_same_weights_the_licence_and_nothing_of_the_house(
    at, designer, make_version, talkative_weights, settings, tmp_path
):
    settings.STYLE_LICENCE = "For agencies of the brand"
    make_version(weights_sha256=blobs.put(talkative_weights))

    files = unzipped(at(designer).get("version-export", "ink", 1))

    assert set(files) == {"ink-v1.safetensors", "ink-v1.json", "ink-v1.preview.png"}
    assert b"secret_folder" not in files["ink-v1.safetensors"]
    copy = tmp_path / "copy.safetensors"
    copy.write_bytes(files["ink-v1.safetensors"])
    with safe_open(copy, "np") as opened:
        metadata = opened.metadata()
    assert metadata["modelspec.license"] == "For agencies of the brand"
    assert metadata["modelspec.trigger_phrase"] == "ink style"
    ours, theirs = load_weights(talkative_weights.read_bytes()), load_weights(copy.read_bytes())
    assert {key: value.tobytes() for key, value in ours.items()} == {
        key: value.tobytes() for key, value in theirs.items()
    }
    card = json.loads(files["ink-v1.json"])
    assert (card["activation text"], card["preferred weight"]) == ("ink style", 0.7)


def test_the_preview_in_the_zip_carries_the_ai_mark(at, designer, make_version, tmp_path):
    make_version()

    files = unzipped(at(designer).get("version-export", "ink", 1))

    preview = tmp_path / "preview.png"
    preview.write_bytes(files["ink-v1.preview.png"])
    assert xmp.read_mark(preview).is_right


def test_only_approved_versions_leave(at, designer, make_version):
    version = make_version(state="draft")

    answer = at(designer).get("version-export", "ink", 1)

    assert answer.status_code == 403
    assert "风格包 ink 包 v1 没有批准" in answer.text
    assert version.get_absolute_url() in answer.text


def test_marketers_take_pictures_not_weights(at, marketer, make_version):
    make_version()

    assert at(marketer).get("version-export", "ink", 1).status_code == 403


def test_bundle_keeps_the_licence_of_a_file_from_elsewhere(make_version):
    version = make_version(
        origin="a.safetensors", origin_maker="Lin", licence="CC BY 4.0", commercial_use="yes"
    )

    with bundles.signed_bundle(version) as file:
        content = io.BytesIO(file.read())

    with zipfile.ZipFile(content) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    assert json.loads(files["manifest.json"])["rights"] == {
        "made_by": "Lin",
        "licence": "CC BY 4.0",
        "commercial_use": "yes",
    }
    assert b"CC BY 4.0" in files["ink-v1.safetensors"]


@pytest.mark.usefixtures("in_english")
@pytest.mark.parametrize(
    "noted",
    [
        {},
        {"origin": "a.st", "origin_maker": "Lin", "licence": "CC BY 4.0", "commercial_use": "yes"},
        {"origin": "a.st", "licence": "CC BY 4.0"},
    ],
    ids=["trained here", "from elsewhere", "from elsewhere, maker unknown"],
)
def test_page_bundle_and_zip_say_the_same_rights(make_version, at, designer, settings, noted):
    settings.REQUIRE_RIGHTS_FOR_APPROVAL = False
    settings.STUDIO_NAME, settings.STYLE_LICENCE = "GAC Studio", "House licence 4"
    version = make_version(**noted)

    page = " ".join(at(designer).get("version-detail", "ink", 1).text.split())
    shown = page.partition("Rights of the file")[2].partition("</section>")[0]
    with bundles.signed_bundle(version) as file, zipfile.ZipFile(file) as archive:
        rights = json.loads(archive.read("manifest.json"))["rights"]
    with export.external_zip(version) as file, zipfile.ZipFile(file) as archive:
        weights = archive.read("ink-v1.safetensors")
    length = int.from_bytes(weights[:8], "little")
    metadata = json.loads(weights[8 : 8 + length])["__metadata__"]

    assert rights == {
        "made_by": noted.get("origin_maker", "") if noted else "GAC Studio",
        "licence": noted.get("licence", "House licence 4"),
        "commercial_use": noted.get("commercial_use", ""),
    }
    assert metadata["modelspec.license"] == rights["licence"]
    assert f'<dd class="breaks"> {rights["licence"]} </dd>' in shown
    assert f'<dd class="breaks"> {rights["made_by"] or "not known"} </dd>' in shown


def test_style_whose_licence_nobody_knows_leaves_by_no_door(make_version, at, designer, settings):
    """It used to leave under the studio's own, while its page said that nobody knows."""
    settings.REQUIRE_RIGHTS_FOR_APPROVAL = False
    version = make_version(origin="a.st", origin_maker="Lin")

    for pack in (export.external_zip, bundles.signed_bundle):
        with pytest.raises(Refused, match="licence-unknown"):
            pack(version)
    for door in ("version-export", "version-bundle"):
        answer = at(designer).get(door, "ink", 1)
        assert "Content-Disposition" not in answer
    assert not WeightsDownload.objects.exists()


LIMITS = [
    ({"uses": "training internal"}, "allow only: inside the house. Other studios"),
    ({"uses": "training online"}, "allow only: web and social media. Other studios"),
    ({"territory": "China"}, "is China. Other studios would paint for anywhere"),
]


@pytest.mark.usefixtures("in_english")
@pytest.mark.parametrize(("rights", "words"), LIMITS)
def test_style_learned_from_photographs_of_limited_rights_stays(
    make_version, dataset, train_on, at, designer, rights, words
):
    make_version(checkpoint=train_on(dataset))
    assert unzipped(at(designer).get("version-export", "ink", 1))
    page = at(designer).get("version-detail", "ink", 1).text
    assert "Zip for others" in page

    training_services.set_rights(dataset, designer, dataset.images.filter(name="red.png"), **rights)

    for door in ("version-export", "version-bundle"):
        answer = at(designer).get(door, "ink", 1)
        assert answer.status_code == 403
        assert words in answer.text
    weights = at(designer).get("version-weights", "ink", 1)
    assert b"".join(weights.streaming_content)  # in the house
    page = at(designer).get("version-detail", "ink", 1).text
    assert reverse("gallery:version-export", args=["ink", 1]) not in page
    assert words in page
    with pytest.raises(CommandError, match="stays in the studio"):
        call_command("export_lora", "ink-v1", bundle=True, output="out")


def test_copy_of_the_weights_and_wide_rights(make_version, dataset, train_on, designer):
    checkpoint = train_on(dataset)
    version = make_version(checkpoint=checkpoint, weights_sha256=checkpoint.sha256)
    copy = make_version("other", weights_sha256=checkpoint.sha256)
    wide = " ".join(Use.values)

    training_services.set_rights(dataset, designer, uses=wide, territory="worldwide")
    policy.check_style_leaves(version)
    policy.check_style_leaves(copy)
    training_services.set_rights(dataset, designer, uses="training internal")

    for each in (version, copy):
        with pytest.raises(Refused, match="style-use-limited"):
            policy.check_style_leaves(each)
