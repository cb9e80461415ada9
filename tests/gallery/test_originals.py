"""A picture without its visible label: by reason, by agreement, on record, or not at all."""

import io

import numpy as np
import pytest
from django.db import IntegrityError, transaction
from PIL import Image

from brandstudio.core import blobs
from brandstudio.core.problems import Refused
from gallery import problems
from gallery.engine import credentials, labelling, xmp
from gallery.models import Download, DownloadRule
from gallery.services import finishing, originals, origins, policy

pytestmark = pytest.mark.django_db

WHY = "The printer labels the finished layout."


@pytest.fixture
def approved(in_state):
    return in_state("approved")


def ask_for(browser, asset, **data):
    return browser.post("asset-original", asset.pk, **data)


def test_original_is_the_painted_picture_with_its_mark_and_credentials(at, brand_admin, approved):
    answer = ask_for(at(brand_admin), approved, why=WHY, agreed="yes")

    content = answer.getvalue()
    with Image.open(io.BytesIO(content)) as image:
        painted = Image.open(blobs.local(approved.image_sha256)).convert("RGB")
        assert np.array_equal(np.asarray(image), np.asarray(painted))
        assert not labelling.is_labelled(image)
    assert xmp.read_mark(io.BytesIO(content)).is_right
    root = finishing.signing().root
    assert credentials.read(io.BytesIO(content), "image/png", root).state == "Trusted"
    assert answer["Content-Disposition"].endswith('_original.png"')


def test_record_names_person_reason_and_the_words_agreed_to(at, brand_admin, approved):
    ask_for(at(brand_admin), approved, why=WHY, agreed="yes")

    [row] = Download.objects.all()
    assert (row.person, row.rendition, row.why) == (brand_admin, "original", WHY)
    assert row.agreed_to == originals.duty()
    assert row.rule.audience == "admin"
    page = at(brand_admin).get("asset-detail", approved.pk).content.decode()
    assert WHY in page


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({"why": " . ", "agreed": "yes"}, "original-why-missing"),
        ({"agreed": "yes"}, "original-why-missing"),
        ({"why": WHY}, "original-not-agreed"),
    ],
)
def test_without_reason_or_agreement_nothing_leaves(at, brand_admin, approved, sent, code):
    answer = ask_for(at(brand_admin), approved, **sent)

    assert answer.status_code == 422
    assert problems.sentence(code) in answer.content.decode()
    assert not Download.objects.exists()


@pytest.mark.parametrize("state", ["private", "asked", "declined", "withdrawn"])
def test_only_approved_pictures_leave_so(at, brand_admin, in_state, state):
    answer = ask_for(at(brand_admin), in_state(state), why=WHY, agreed="yes")

    assert answer.status_code == 403
    assert not Download.objects.exists()


def test_who_is_not_allowed_neither_gets_nor_sees_it(at, marketer, designer, brand_admin, approved):
    for person in (marketer, designer):
        assert ask_for(at(person), approved, why=WHY, agreed="yes").status_code == 403
        page = at(person).get("asset-detail", approved.pk).content.decode()
        assert f"/assets/{approved.pk}/original/" not in page
    page = at(brand_admin).get("asset-detail", approved.pk).content.decode()
    assert f"/assets/{approved.pk}/original/" in page


def test_admin_may_allow_it_to_marketers_in_the_policy(marketer, brand_admin, approved):
    rules = DownloadRule.objects.all()
    marketers = rules.get(review="approved", audience="marketer", rendition="original")
    wanted = {rule.pk for rule in policy.allowed_rules()} | {marketers.pk}
    policy.change(wanted, brand_admin, policy.table_tag(rules), "Our agency works on layouts.")

    file = originals.deliver(approved, marketer, WHY, agreed=True)

    assert Download.objects.get().sha256 == file.sha256


def test_link_alone_hands_out_no_original(at, brand_admin, approved):
    answer = at(brand_admin).get("asset-download", approved.pk, rendition="original")

    assert answer.status_code == 400
    assert at(brand_admin).get("asset-original", approved.pk).status_code == 405
    assert not Download.objects.exists()


def test_trials_stay_in_the_studio_without_label_as_well(brand_admin, approved):
    approved.scene.is_trial = True

    with pytest.raises(Refused, match="trial-stays"):
        originals.deliver(approved, brand_admin, WHY, agreed=True)


def test_database_itself_refuses_an_original_without_reason(brand_admin, approved):
    originals.deliver(approved, brand_admin, WHY, agreed=True)

    with pytest.raises(IntegrityError), transaction.atomic():
        Download.objects.update(why="")


# What files tell
def packet_in(content):
    with Image.open(io.BytesIO(content)) as image:
        return image.info["XML:com.adobe.xmp"]


@pytest.mark.parametrize("rendition", ["", "proof", "publication"])
def test_files_tell_no_prompt_and_no_name_unless_asked(at, brand_admin, approved, rendition):
    answer = at(brand_admin).get("asset-download", approved.pk, rendition=rendition, form="png")

    content = answer.getvalue()
    assert xmp.origin_of(packet_in(content)) == xmp.Origin()
    assert approved.scene.prompt.encode() not in content
    assert approved.scene.owner.shown_name.encode() not in content
    assert Download.objects.get().metadata == "external"


def test_proof_for_colleagues_tells_prompt_settings_and_maker(
    at, brand_admin, make_version, in_state
):
    lineage = {
        "prompt": "a white GS8 <in> an arcade",
        "negative_prompt": "people",
        "seed": 7, "steps": 20, "scheduler": "DPM++ 2M", "guidance": 5.5, "width": 32, "height": 48,
        "base": {"name": "toy", "sha256": "ab" * 32},
        "packs": [{"pack": "ink", "version": 2, "sha256": "cd" * 32, "strength": 0.7}],
    }  # fmt: skip
    asset = in_state("approved")
    type(asset).objects.filter(pk=asset.pk).update(lineage=lineage)

    answer = at(brand_admin).get(
        "asset-download", asset.pk, rendition="proof", form="png", metadata="internal"
    )

    content = answer.getvalue()
    told = xmp.origin_of(packet_in(content))
    assert told.prompt.splitlines() == [
        "a white GS8 <in> an arcade <lora:ink-v2:0.7>",
        "Negative prompt: people",
        "Steps: 20, Sampler: DPM++ 2M, CFG scale: 5.5, Seed: 7, Size: 32x48, "
        'Model hash: ababababab, Model: toy, Lora hashes: "ink-v2: cdcdcdcdcdcd"',
    ]
    assert told.writer == asset.scene.owner.shown_name
    assert (told.system, told.version) == ("Brand Studio, toy", "ababababab")
    assert xmp.read_mark(io.BytesIO(content)).is_right
    assert Download.objects.get().metadata == "internal"


def test_original_for_colleagues_tells_them_as_well(at, brand_admin, approved):
    answer = ask_for(at(brand_admin), approved, why=WHY, agreed="yes", metadata="internal")

    assert xmp.origin_of(packet_in(answer.getvalue())).writer == approved.scene.owner.shown_name
    assert Download.objects.get().metadata == "internal"


def test_publication_files_never_tell_them(at, brand_admin, approved):
    answer = at(brand_admin).get(
        "asset-download", approved.pk, rendition="publication", metadata="internal"
    )

    assert answer.status_code == 403
    assert problems.sentence("publication-tells-nothing") in answer.content.decode()
    assert not Download.objects.exists()


def test_database_itself_lets_no_publication_file_tell_them(at, brand_admin, approved):
    at(brand_admin).get("asset-download", approved.pk, rendition="publication")

    with pytest.raises(IntegrityError), transaction.atomic():
        Download.objects.update(metadata="internal")


def test_unknown_profile_is_refused_by_name(at, brand_admin, approved):
    answer = at(brand_admin).get("asset-download", approved.pk, metadata="everything")

    assert answer.status_code == 400
    assert "everything" in answer.content.decode()


def test_control_characters_of_a_prompt_break_no_packet():
    packet = xmp.told(xmp.Origin(prompt="a\x00b\x0bc & <d>"))

    assert xmp.origin_of(packet).prompt == "a b c & <d>"


def test_settings_of_a_picture_without_styles_name_none():
    assert "Lora" not in origins.parameters_of({"prompt": "a street", "seed": 1})
