"""What the pages of a version, of the review and of two versions show of their evidence."""

import pytest
from django.urls import reverse

from gallery.models import EvidenceSheet, ReviewState, StyleVersion
from tests.gallery.conftest import BAND, CHECKED

pytestmark = pytest.mark.usefixtures("in_english")
LABELS = {"prompt": "a suv", "label_zh": "车", "label_en": "Car"}


def figure(value):
    return {"mean": value, "low": value - 0.05, "high": value + 0.05}


def evidence(**finding):
    rows = [
        {
            "strength": strength,
            "style": figure(0.2 + strength / 2),
            "scene": figure(1 - strength / 2),
            "drift": figure(strength / 5),
            "distortion": figure(0),
            "copy": None,
            "copied": 0,
            "nearest": None,
        }
        for strength in (0.0, 0.7)
    ]
    found = {"band": BAND, "verdict": "", "facts": {}, "reasons": [], "scene_lost_from": 0.95}
    figures = {"rows": rows, "judge": "prompt", "copy_limit": None}
    return {"figures": figures, "finding": found | finding, "seeds": 2}


def test_version_page_says_why_it_has_its_band(at, designer, make_version):
    reasons = [["band-least", {"strength": "0.3"}]]
    make_version(state="draft", evidence=evidence(reasons=reasons))

    page = at(designer).get("version-detail", "ink", 1).content.decode()

    assert "Below 0.3 the style hardly shows." in page
    assert 'class="spread s1"' in page
    assert "2 seeds for each prompt" in " ".join(page.split())


def test_version_without_a_band_says_why_and_offers_no_submission(at, designer, make_version):
    facts = {"strength": "0.2", "scene": "0.50", "needed": "0.65"}
    found = evidence(verdict="scene-lost", facts=facts, band=None)
    make_version(state="draft", evidence=found, **dict.fromkeys(BAND))

    page = at(designer).get("version-detail", "ink", 1).content.decode()
    at(designer).post("version-submit", "ink", 1)

    assert "at 0.2 only 0.50 of it is left, 0.65 is needed" in page
    assert "Submit for review" not in page
    assert StyleVersion.objects.get().state == ReviewState.DRAFT


def test_poll_of_a_sheet_brings_along_what_may_be_done_by_now(at, designer, make_version):
    make_version(state="draft", evidence=evidence())

    page = at(designer).get("sheet", "ink", 1).text

    acts = page.partition('<hx-partial hx-target="#version-acts"')[2]
    assert 'id="version-acts"' in acts
    assert "Submit for review" in acts


@pytest.mark.parametrize(
    ("page", "fragment", "address"),
    [
        (("pack-list",), ("pack-card", "ink"), "/styles/ink/card/"),
        (("version-detail", "ink", 1), ("version-list", "ink", 1), "/styles/ink/1/versions/"),
    ],
)
def test_lists_ask_for_themselves_until_the_sheet_is_done(
    at, designer, make_version, page, fragment, address
):
    make_version(state="draft", sheet="rendering", pictures=(), **dict.fromkeys(BAND))
    browser = at(designer)

    whole = browser.get(*page).text
    waiting = browser.get(*fragment)
    tag = {"HX-Request": "true", "HX-PTag": waiting["HX-PTag"]}
    unchanged = browser.get(*fragment, headers=tag)
    EvidenceSheet.objects.update(state="done")
    StyleVersion.objects.update(**BAND)
    done = browser.get(*fragment, headers=tag)

    assert f'hx-get="{address}" hx-trigger="every 5s"' in whole
    assert "being painted" in waiting.text
    assert f'hx-get="{address}"' in waiting.text
    assert unchanged.status_code == 304
    assert "0.50–0.80" in done.text
    assert "hx-get" not in done.text


def test_figures_of_before_stay_readable(at, designer, make_version):
    scores = [{"strength": s, "style": 0.5, "content": 0.9, "drift": 0.1} for s in (0.0, 0.7)]
    make_version(evidence={"scores": scores})

    page = at(designer).get("version-detail", "ink", 1)

    kinds = [line["look"] for line in page.context["evidence"]["chart"]["lines"]]
    assert kinds == ["s1", "s2", "s3"]


def test_reviewer_widens_in_the_form_only_with_a_reason(client, brand_admin, make_version):
    version = make_version(state="in_review", evidence=evidence())
    client.force_login(brand_admin)
    address = f"item=version-{version.pk}"

    def decide(**sent):
        url = f"{reverse('gallery:review')}?{address}"
        seen = client.get(url).context["item"].fingerprint
        return client.post(url, {"decision": "approve", "seen": seen, **CHECKED, **sent})

    refused = decide(**BAND | {"strength_min": 0.1}, reason="")
    version.refresh_from_db()
    assert refused.status_code == 422
    assert "write why" in refused.context["form"].errors["reason"][0]
    assert version.state == ReviewState.IN_REVIEW

    decide(**BAND | {"strength_min": 0.1}, reason="For calm scenes.")
    version.refresh_from_db()
    assert (version.state, version.strength_min) == (ReviewState.APPROVED, 0.1)


def test_two_versions_stand_at_equal_prompts_and_seeds(at, designer, make_version):
    ours, theirs = make_version(), make_version("paper", state="draft", origin="paper.st")
    for version in (ours, theirs):
        version.sheet.plan["prompts"] = [LABELS]
        version.sheet.save(update_fields=["plan"])

    page = at(designer).get("version-compare", a=ours.pk, b=theirs.pk)

    [row] = page.context["beside"].rows
    assert row.label == LABELS
    versions = [[image.version_id for image in images] for _strength, *images in row.cells]
    assert versions == [[ours.pk, theirs.pk]] * 2
    assert page.context["beside"].strengths == [0.0, 0.7]


@pytest.mark.parametrize(("reading", "is_said"), [(2, False), (1, True)])
def test_compare_page_tells_scenes_that_were_read_differently(
    at, designer, make_version, reading, is_said
):
    pks = []
    for slug, told in (("ink", 2), ("paper", reading)):
        found = evidence()
        found["figures"]["reading"] = told
        pks.append(make_version(slug, evidence=found).pk)

    page = at(designer).get("version-compare", a=pks[0], b=pks[1]).text

    assert ("read in different ways" in page) == is_said


def test_draft_of_a_former_reading_offers_to_have_its_sheet_read_again(at, designer, make_version):
    make_version(state="draft", evidence=evidence())

    page = at(designer).get("version-detail", "ink", 1).text

    assert "Paint it again" in page


@pytest.mark.parametrize("asked", [{}, {"a": "1"}, {"a": "x", "b": "99999"}])
def test_compare_page_without_two_versions_asks_for_them(at, designer, make_version, asked):
    make_version()

    page = at(designer).get("version-compare", **asked)

    assert page.status_code == 200
    assert "diff" not in page.context


@pytest.mark.parametrize("is_ours", [True, False])
def test_file_from_elsewhere_says_why_it_has_no_copy_check(
    at, designer, brand_admin, make_version, dataset, train_on, is_ours
):
    origin = {"checkpoint": train_on(dataset)} if is_ours else {"origin": "paper.st"}
    version = make_version(state="in_review", evidence=evidence(), **origin)
    said = "Made elsewhere: its training pictures are not here, so it can't be told whether"

    pages = [
        at(designer).get("version-detail", "ink", 1).text,
        at(designer).get("sheet", "ink", 1).text,
        at(brand_admin).get("review", item=f"version-{version.pk}").text,
    ]

    assert [said in page for page in pages] == [not is_ours] * 3
