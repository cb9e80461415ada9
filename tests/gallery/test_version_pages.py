"""What surrounds a version: tags, ratings, where it is used, and the version before it."""

import pytest
from django.urls import reverse
from django.utils.translation import override

from brandstudio.core.models import AuditEntry, Campaign
from brandstudio.core.problems import Refused
from gallery import services
from gallery.models import Asset, PackTag, StylePack, StyleRating, StyleVersion
from gallery.pages.version_diff import beside, version_diff
from gallery.pages.where_used import where_used
from gallery.services import library, rating, tagging
from training.models import TrainingRun
from training.services.datasets import remove_images

pytestmark = pytest.mark.usefixtures("in_english")


@pytest.fixture
def quiet(db):
    return PackTag.objects.create(slug="quiet", group="mood", name_zh="安静", name_en="Quiet")


def test_maker_tags_a_draft_and_it_is_written_down(at, designer, make_version, quiet):
    pack = make_version(state="draft").pack

    at(designer).post("pack-tags", "ink", tags=[quiet.pk])

    assert list(pack.tags.all()) == [quiet]
    entry = AuditEntry.objects.about(pack).get()
    assert (entry.actor, entry.target) == (designer, "tagged")
    assert entry.facts == {"added": ["quiet"], "gone": []}


def test_after_the_first_review_only_admins_tag(at, designer, brand_admin, make_version, quiet):
    pack = make_version().pack

    at(designer).post("pack-tags", "ink", tags=[quiet.pk])
    assert not pack.tags.exists()

    at(brand_admin).post("pack-tags", "ink", tags=[quiet.pk])
    assert list(pack.tags.all()) == [quiet]


def test_marketer_may_not_tag(make_version, marketer, quiet):
    with pytest.raises(Refused, match="tags-not-yours"):
        tagging.set_tags(make_version().pack, marketer, [quiet])


def test_tags_are_given_when_a_new_pack_is_published(at, designer, train_on, dataset, quiet):
    checkpoint = train_on(dataset)

    at(designer).post(
        "publish",
        checkpoint.pk,
        name_zh="墨",
        name_en="Ink",
        slug="ink-two",
        tags=[quiet.pk],
    )

    assert [pack.slug for pack in quiet.packs.all()] == ["ink-two"]


def test_taste_is_not_published_by_page_or_service(at, designer, train_on, dataset, make_version):
    checkpoint = train_on(dataset)
    TrainingRun.objects.update(is_taste=True)

    browser = at(designer)
    opened = browser.get("publish", checkpoint.pk)
    browser.post("publish", checkpoint.pk, name_zh="墨", name_en="Ink", slug="ink-two")

    assert opened.status_code == 403
    assert checkpoint.run.get_absolute_url() in opened.text
    assert "“Ink one” is a taste" in opened.text
    assert not StylePack.objects.filter(slug="ink-two").exists()
    checkpoint.refresh_from_db()
    with pytest.raises(Refused, match="taste-not-published"):
        services.publish(checkpoint, designer, make_version().pack)


def test_who_painted_with_a_version_rates_it_once_and_may_change_it(
    at, marketer, make_version, make_ready
):
    version = make_version()
    make_ready(packs=((version, 0.7),))

    at(marketer).post("version-rate", "ink", 1, stars=5, words="holds arcades")
    at(marketer).post("version-rate", "ink", 1, stars=3, words="greys at night")

    row = StyleRating.objects.get()
    assert (row.person, row.stars, row.words) == (marketer, 3, "greys at night")
    assert "3.0 of 5, from 1 person" in " ".join(
        at(marketer).get("version-detail", "ink", 1).text.split()
    )

    at(marketer).post("version-rate", "ink", 1, act="take-back")
    assert not StyleRating.objects.exists()


@pytest.mark.parametrize("stars", ["0", "6", "", "five", "4.5"])
def test_stars_outside_one_to_five_are_refused(at, marketer, make_version, make_ready, stars):
    make_ready(packs=((make_version(), 0.7),))

    at(marketer).post("version-rate", "ink", 1, stars=stars)

    assert not StyleRating.objects.exists()


def test_who_made_nothing_with_it_may_not_rate(make_version, make_ready, marketer, designer):
    version, other = make_version(), make_version("neon")
    make_ready(packs=((other, 0.7),))

    for person in (marketer, designer):
        with pytest.raises(Refused, match="rating-unused"):
            rating.rate(version, person, 5)


def test_where_used_counts_all_and_names_what_the_reader_may_see(
    make_version, make_ready, make_template, marketer, make_user, at
):
    version = make_version()
    campaign = Campaign.objects.create(slug="spring", name_zh="春节", name_en="Spring")
    template = make_template("with-pack")
    template.packs.through.objects.create(prompttemplate=template, stylepack=version.pack)
    make_ready(packs=((version, 0.7),), count=2)
    Asset.objects.update(campaign=campaign)
    stranger = make_user("stranger", is_marketer=True)

    own, others = where_used(version, marketer), where_used(version, stranger)

    assert (own.scenes, own.images, own.visible_images, len(own.recent)) == (1, 2, 2, 1)
    assert (others.scenes, others.images, others.visible_images) == (1, 2, 0)
    assert others.recent == []
    assert own.templates == [template]
    assert own.campaigns == [(campaign, 2)]
    assert at(marketer).get("version-detail", "ink", 1).status_code == 200


def test_pictures_of_one_version_are_listed(at, marketer, make_version, make_ready):
    first = make_version()
    make_ready(packs=((first, 0.7),))
    second = make_version()
    [asset] = make_ready(packs=((second, 0.7),))

    answer = at(marketer).get("asset-list", version=second.pk)

    assert list(answer.context["page"]) == [asset]


CONFIG = """train_data_dir: snapshot
metadata_path: snapshot/metadata.csv
base_model: toy
output_dir: run
learning_rate: {rate}
"""


def versions_of_two_trainings(make_version, train_on, dataset, designer):
    make_version(checkpoint=train_on(dataset), trigger_words="ink")
    TrainingRun.objects.update(config=CONFIG.format(rate=0.001))
    image = dataset.images.order_by("name").first()
    remove_images(dataset.images.filter(pk=image.pk), designer)
    checkpoint = train_on(dataset)
    TrainingRun.objects.filter(config="").update(config=CONFIG.format(rate=0.0002))
    make_version(checkpoint=checkpoint, trigger_words="wash", pictures=(0.0, 0.7, 1.0))
    return [*StyleVersion.objects.order_by("number"), image]


def test_two_versions_differ_in_settings_dataset_and_pictures(
    make_version, train_on, dataset, designer, marketer, at
):
    first, second, image = versions_of_two_trainings(make_version, train_on, dataset, designer)
    pair = [library.prepared(version) for version in (first, second)]

    with override("en"):
        diff = version_diff(*pair, designer)

    assert ("Trigger words", "ink", "wash") in diff.facts
    assert diff.settings == [("learning_rate", 0.001, 0.0002)]
    assert [row.name for row in diff.dataset.removed] == [image.name]
    assert diff.dataset.same == 1
    [row] = diff.images
    assert (row.label, row.seed) == ({"prompt": "a suv"}, 1)
    assert [(s, bool(left), bool(right)) for s, left, right in row.cells] == [
        (0.0, True, True),
        (0.7, True, True),
        (1.0, False, True),
    ]
    assert version_diff(*pair, marketer).dataset is None
    shared = beside(*pair)
    assert (shared.strengths, shared.at) == ([0.0, 0.7], 0.7)
    page = at(marketer).get("version-compare", a=first.pk, b=second.pk)
    assert page.context["diff"].dataset is None
    assert page.context["beside"].rows == shared.rows


def test_versions_of_a_pack_are_compared_on_the_one_page(at, designer, make_version):
    first, second, third = (make_version() for _ in range(3))
    browser = at(designer)
    page = reverse("gallery:version-compare")

    newest = browser.get("pack-versions", "ink")
    assert newest.url == f"{page}?a={second.pk}&b={third.pk}"
    asked = browser.get("pack-versions", "ink", a=3, b=1)
    assert asked.url == f"{page}?a={first.pk}&b={third.pk}"
    for wrong in ({"a": 2, "b": 7}, {"a": "x"}):
        assert browser.get("pack-versions", "ink", **wrong).status_code == 404
    assert browser.get("pack-versions", "none").status_code == 404


def test_single_version_has_nothing_beside_it(at, designer, make_version, client):
    make_version()

    answer = client.get(at(designer).get("pack-versions", "ink").url)

    assert "One version only" in answer.text
    assert "diff" not in answer.context


def test_draft_of_another_is_not_compared_by_a_marketer(at, marketer, make_version):
    ours, draft = make_version(), make_version(state="draft")

    page = at(marketer).get("version-compare", a=ours.pk, b=draft.pk)

    assert page.context["chosen"] == (ours, None)
    assert "diff" not in page.context


def test_figures_stand_side_by_side(make_version, designer):
    scores = [{"strength": s, "style": s, "content": 1 - s, "drift": 0.1} for s in (0.0, 0.7)]
    first = make_version(evidence={"scores": scores})
    second = make_version(evidence={"scores": [{**row, "style": 0.5} for row in scores]})
    pair = [library.prepared(version) for version in (first, second)]

    with override("en"):
        figures = {line.label: line.cells for line in version_diff(*pair, designer).figures}
        shared = beside(*pair)

    assert figures["like the training set"] == [
        (0.0, 0.0, 0.5, 0.5),
        (0.7, 0.7, 0.5, pytest.approx(-0.2)),
    ]
    at_default = dict(shared.figures)[0.7]
    assert [line[0] for line in at_default] == [
        "like the training set",
        "scene still there",
        "away from the base",
    ]
    assert at_default[0][1:] == (0.7, 0.5, pytest.approx(-0.2))
