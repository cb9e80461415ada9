"""What an approved style or picture relies on is widened by an admin with a reason alone."""

import pytest
from django.urls import reverse

from brandstudio.core.models import AuditEntry
from gallery.models import InitImageUpload, ProductCutout, Rendition
from gallery.services import downloads, sources
from training import services as training_services

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

NARROW = {"uses": "training online", "territory": "China"}
# What a person sends, and what stands then where nothing keeps it from being written.
WIDER = [
    ({"clear": ["uses", "territory"]}, ("", "")),
    ({"uses": ["training", "online", "print"]}, ("training online print", "China")),
    ({"uses": ["training"]}, ("training", "China")),  # of what a style paints it says nothing
    ({"territory": "worldwide"}, ("training online", "worldwide")),
    ({"territory": "China, Japan"}, ("training online", "China, Japan")),
]


@pytest.fixture
def photograph(dataset, designer):
    """One of two photographs of limited rights."""
    training_services.set_rights(dataset, designer, **NARROW)
    return dataset.images.get(name="red.png")


@pytest.fixture
def note(client, dataset):
    """note(person, **sent): what the dataset's page of rights says then."""

    def note(person, *, status=200, **sent):
        client.force_login(person)
        address = reverse("training:dataset-rights", args=[dataset.pk])
        answer = client.post(address, {"rights_holder": "Lin", "scope": "all", **sent}, follow=True)
        assert answer.status_code == status
        return answer.text

    return note


def limits(row):
    row.refresh_from_db()
    return row.uses, row.territory


@pytest.mark.parametrize(("sent", "wider"), WIDER)
def test_designer_widens_nothing_that_an_approved_style_learned_from(
    note, photograph, dataset, train_on, make_version, designer, sent, wider
):
    make_version(checkpoint=train_on(dataset), state="approved")

    said = note(designer, licence="contract 9", **sent)

    assert "Uses, territory and terms in words of blue.png, red.png stay as they were" in said
    assert "Everything else you wrote is noted." in said
    assert "Rights noted for" not in said
    assert limits(photograph) == tuple(NARROW.values())
    assert photograph.licence == "contract 9"


@pytest.mark.parametrize(("sent", "wider"), WIDER)
@pytest.mark.parametrize("state", ["draft", "in_review"])
def test_designer_widens_freely_while_nothing_approved_was_made(
    note, photograph, dataset, train_on, make_version, designer, state, sent, wider
):
    make_version(checkpoint=train_on(dataset), state=state)

    note(designer, **sent)

    assert limits(photograph) == wider


@pytest.mark.parametrize("sent", [{"clear": ["allowed_uses"]}, {"allowed_uses": "anything"}])
def test_terms_in_words_stay_as_what_is_approved_relies_on_them(
    note, photograph, dataset, train_on, make_version, designer, brand_admin, sent
):
    dataset.images.update(allowed_uses="no people cropped")
    make_version(checkpoint=train_on(dataset), state="approved")

    said = note(designer, status=422, rights_holder="", **sent)

    assert "terms in words of blue.png, red.png stay as they were" in said
    assert "is noted" not in said
    photograph.refresh_from_db()
    assert photograph.allowed_uses == "no people cropped"
    note(brand_admin, rights_holder="", widened_why="contract 12 of today", **sent)
    photograph.refresh_from_db()
    assert photograph.allowed_uses == sent.get("allowed_uses", "")
    assert AuditEntry.objects.about(dataset).first().facts["former"][0]["allowed_uses"] == (
        "no people cropped"
    )


def test_terms_in_words_are_added_where_none_were(
    note, photograph, dataset, train_on, make_version, designer
):
    make_version(checkpoint=train_on(dataset), state="approved")

    said = note(designer, allowed_uses="no people cropped")

    assert "Rights noted for 2 pictures." in said
    photograph.refresh_from_db()
    assert photograph.allowed_uses == "no people cropped"


def test_designer_narrows_at_any_time(note, photograph, dataset, train_on, make_version, designer):
    make_version(checkpoint=train_on(dataset), state="approved")

    note(designer, uses=["online"], territory="Guangdong")

    assert limits(photograph) == ("online", "Guangdong")


def test_admin_widens_with_a_reason_and_the_audit_keeps_old_and_new(
    note, photograph, dataset, train_on, make_version, brand_admin
):
    make_version(checkpoint=train_on(dataset), state="approved")

    bare = note(brand_admin, status=422, territory="worldwide", creator="Mei", widened_why=".")
    assert "Write why the rights of blue.png reach further now" in bare
    assert 'value="worldwide"' in bare
    assert limits(photograph) == tuple(NARROW.values())
    assert photograph.creator == ""
    note(brand_admin, territory="worldwide", widened_why="contract 12 of today")

    assert limits(photograph) == ("training online", "worldwide")
    entry = AuditEntry.objects.about(dataset).first()
    both = sorted(dataset.images.values_list("pk", flat=True))
    assert entry.why == "contract 12 of today"
    assert entry.facts["limits"] == {"territory": "worldwide"}
    assert entry.facts["former"] == [NARROW | {"allowed_uses": "", "rows": both}]


def test_retired_style_and_one_photograph_out_of_many(
    note, photograph, dataset, train_on, make_version, designer, brand_admin
):
    """A photograph that came after the run is free: nothing was made of it."""
    others = dataset.images.exclude(pk=photograph.pk)
    training_services.remove_images(others, designer)
    version = make_version(checkpoint=train_on(dataset), state="approved")
    version.retire(brand_admin, "over")
    late = dataset.images.create(
        name="late.png",
        original_sha256="a" * 64,
        image_sha256="b" * 64,
        width=9,
        height=9,
        **NARROW,
    )

    said = note(designer, clear=["uses", "territory"])

    assert "of red.png stay" in said
    assert limits(photograph) == tuple(NARROW.values())
    assert limits(late) == ("", "")


@pytest.fixture
def start(make_start):
    known = {"rights_holder": "Lin", "licence": "contract 7"}
    return make_start(pixels_sha256="5" * 64, **known, **NARROW)


@pytest.fixture
def note_of(client):
    """note_of(person, kind, row, **sent): the answer of its page of rights."""

    def note_of(person, kind, row, **sent):
        client.force_login(person)
        held = {"rights_holder": "Lin", "uses": ["training", "online"], "territory": "China"}
        address = reverse("gallery:source-rights", args=[kind, row.pk])
        return client.post(address, {**held, **sent})

    return note_of


def started(in_state, start, marketer, state):
    return in_state(state, init_image=sources.find_init_image(f"own-{start.pk}", marketer))


def test_start_picture_of_an_approved_picture_is_widened_by_an_admin_with_a_reason(
    note_of, in_state, start, marketer, brand_admin
):
    started(in_state, start, marketer, "approved")

    refused = note_of(marketer, "start", start, territory="", creator="Mei")
    assert (refused.status_code, limits(start)) == (422, tuple(NARROW.values()))
    assert "Only an admin widens it, with a reason" in refused.text
    assert 'value="Mei"' in refused.text
    forged = note_of(marketer, "start", start, uses=[], widened_why="I may")
    assert (forged.status_code, limits(start)) == (422, tuple(NARROW.values()))
    bare = note_of(brand_admin, "start", start, territory="", widened_why="—")
    assert (bare.status_code, limits(start)) == (422, tuple(NARROW.values()))
    assert "Write why the rights of street.png reach further now" in bare.text
    note_of(brand_admin, "start", start, territory="", widened_why="contract 12 of today")

    assert limits(start) == ("training online", "")
    entry = AuditEntry.objects.about(start).first()
    assert (entry.why, entry.facts["limits"]) == ("contract 12 of today", {"territory": ""})
    assert entry.facts["former"] == [NARROW | {"allowed_uses": "", "rows": [start.pk]}]


def test_terms_in_words_of_a_start_picture_stay_too(note_of, in_state, start, marketer):
    InitImageUpload.objects.update(allowed_uses="no people cropped")
    started(in_state, start, marketer, "approved")

    for words in ("", "no people cropped, or all"):
        refused = note_of(marketer, "start", start, allowed_uses=words)
        assert refused.status_code == 422
        assert "or may, in other words" in refused.text
    kept = note_of(marketer, "start", start, allowed_uses="no people cropped", creator="Mei")

    assert kept.status_code == 302
    start.refresh_from_db()
    assert (start.allowed_uses, start.creator) == ("no people cropped", "Mei")


def test_start_picture_is_widened_freely_before_an_approval_and_not_after_a_download(
    note_of, in_state, start, marketer
):
    picture = started(in_state, start, marketer, "asked")

    note_of(marketer, "start", start, territory="China, Japan")
    assert limits(start) == ("training online", "China, Japan")
    downloads.deliver(picture, marketer, Rendition.PROOF, None)
    refused = note_of(marketer, "start", start, territory="worldwide")

    assert (refused.status_code, limits(start)) == (422, ("training online", "China, Japan"))


def test_equal_photograph_under_another_name_is_relied_on_too(note_of, in_state, start, marketer):
    started(in_state, start, marketer, "approved")
    cutout = ProductCutout.objects.create(
        made_by=marketer,
        name="car",
        sha256="c" * 64,
        thumb_sha256="c" * 64,
        width=9,
        height=9,
        pixels_sha256=start.pixels_sha256,
        **NARROW,
    )

    refused = note_of(marketer, "cutout", cutout, territory="")

    assert (refused.status_code, limits(cutout)) == (422, tuple(NARROW.values()))
