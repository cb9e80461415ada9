"""The tags that every page draws with."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.template import Context, Template
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.html import strip_tags

from brandstudio.core.templatetags import look
from brandstudio.core.ui import band_lines
from gallery.models.asset import AssetReview, AssetState
from gallery.models.review import ReviewState
from training.models.dataset import CaptionState
from training.models.dataset_task import DatasetTaskState
from training.models.run import RunState

VERSION = SimpleNamespace(
    pack="Ink", strength_min=0.45, strength_max=0.85, best_min=0.55, best_max=0.75, strength=0.65
)


def rendered(source, **context):
    with translation.override("en"):
        return Template("{% load look %}" + source).render(Context(context))


def test_band_is_drawn_on_a_line_from_zero_to_one():
    geometry = band_lines.band_geometry(VERSION)

    assert geometry == {
        "end": 1.0,
        "allowed_x": 45,
        "allowed_width": 40,
        "best_x": 55,
        "best_width": 20,
        "default_x": 64.4,
    }


@pytest.mark.parametrize("source", ["{% band version %}", '{% strength version "s" %}'])
def test_band_is_told_in_the_same_three_words_wherever_it_is_drawn(source):
    words = " ".join(strip_tags(rendered(source, version=VERSION)).split())

    assert "Recommended 0.55–0.75 Allowed 0.45–0.85 Default 0.65" in words


def test_band_explains_its_words_where_asked():
    words = " ".join(
        strip_tags(rendered("{% band version explain=True %}", version=VERSION)).split()
    )

    assert "Recommended 0.55–0.75 the style shows, the scene holds" in words
    assert "Default 0.65 where the slider starts" in words


def test_slider_keeps_a_refused_value_within_reach_and_ties_the_error_to_it():
    drawn = rendered('{% strength version "s" value="oops" error="Too strong." %}', version=VERSION)

    assert 'value="0.65"' in drawn
    assert 'aria-describedby="id_s_said id_s_error"' in drawn
    assert "Too strong." in drawn


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(None, ""), (0.2, "1 second"), (42, "42 seconds"), (660, "11 minutes"), (9000, "2.5 hours")],
)
def test_duration_is_said_in_the_unit_people_think_in(seconds, words):
    with translation.override("en"):
        assert look.duration(seconds) == words


def test_every_state_of_the_models_has_a_badge():
    kinds = (AssetReview, AssetState, ReviewState, DatasetTaskState, CaptionState, RunState)
    states = {state.value for kind in kinds for state in kind}

    assert states - set(look.BADGE_OF) == set()


@pytest.mark.parametrize(("seconds", "words"), [(3, "just now"), (61, "1 minute ago")])
def test_moment_is_told_as_a_moment_and_never_as_no_minutes(seconds, words):
    with translation.override("en"):
        told = look.ago(timezone.now() - timedelta(seconds=seconds))

    assert told.replace("\xa0", " ") == words


def test_no_page_tells_a_moment_by_a_bare_length_of_time(templates):
    assert [name for name, text in templates.items() if "|timesince" in text] == []


def test_button_that_posts_brings_its_form():
    drawn = rendered(
        '{% post_button "gallery:asset-ask" 7 icon="send" look="small" target="#results-list" '
        'confirm="Sure?" next="create" %}Send it{% endpost_button %}',
        csrf_token="token-of-the-page",
    )

    words = " ".join(drawn.split())
    address = reverse("gallery:asset-ask", args=[7])
    assert f'method="post" action="{address}"' in words
    assert f'hx-post="{address}" hx-target="#results-list" hx-swap="outerMorph"' in words
    assert 'name="csrfmiddlewaretoken" value="token-of-the-page"' in words
    assert '<input type="hidden" name="next" value="create">' in words
    assert '<button class="button button--small" data-confirm="Sure?">' in words
    assert words.endswith("Send it </button> </form>")


def test_form_that_posts_brings_its_guards_and_takes_any_attribute():
    drawn = rendered(
        '{% post_form "training:run-act" 3 class="form" upload=True fingerprint=tag query=None '
        "next=here data_once=True novalidate=False aria_label=label %}<b>in</b>{% endpost_form %}",
        csrf_token="token-of-the-page",
        tag="",
        here="/a?b=1&c=2",
        label='The "best"',
    )

    words = " ".join(drawn.split())
    address = reverse("training:run-act", args=[3])
    assert words == (
        f'<form method="post" action="{address}" class="form" data-once '
        'aria-label="The &quot;best&quot;" enctype="multipart/form-data"> '
        '<input type="hidden" name="csrfmiddlewaretoken" value="token-of-the-page"> '
        '<input type="hidden" name="next" value="/a?b=1&amp;c=2"> '
        '<input type="hidden" name="seen" value=""> <b>in</b> </form>'
    )


def test_form_without_a_view_posts_to_its_own_page():
    assert (
        rendered("{% post_form %}{% endpost_form %}").lstrip().startswith('<form method="post" >')
    )


def test_button_of_an_icon_alone_is_named_by_its_words():
    drawn = rendered(
        '{% post_button "gallery:asset-ask" 7 icon="send" look="icon" pressed=True %}'
        "{{ words }}{% endpost_button %}",
        words='Say "yes" & go',
    )

    words = " ".join(drawn.split())
    label = "Say &quot;yes&quot; &amp; go"
    assert f'aria-pressed="true" aria-label="{label}" title="{label}">' in words
    assert words.endswith("</svg> </button> </form>")


def test_fragment_that_polls_asks_for_itself():
    drawn = rendered('{% poll "training:run-progress" 3 every="5s" %}')

    address = reverse("training:run-progress", args=[3])
    assert drawn == f'hx-get="{address}" hx-trigger="every 5s" hx-swap="outerMorph"'


def test_pieces_of_a_prompt_keep_their_blanks_and_show_where_they_come_from():
    pieces = [
        SimpleNamespace(kind="text", text="a "),
        SimpleNamespace(kind="slot", text="<car>"),
        SimpleNamespace(kind="text", text=", at dusk"),
    ]

    drawn = rendered("{% prompt_pieces pieces %}", pieces=pieces)

    assert drawn == "a <mark>&lt;car&gt;</mark>, at dusk"


def test_change_of_a_text_is_told_word_by_word():
    spans = [("equal", "a "), ("del", "red"), ("ins", "blue"), ("equal", " car")]

    drawn = rendered("{% changed_words spans %}", spans=spans)

    assert drawn == "a <del>red</del><ins>blue</ins> car"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, ""),
        ((8, 15), "8–15 seconds"),
        ((30, 100), "1–2 minutes"),
        ((492, 923), "8–15 minutes"),
        ((2913, 5461), "49–91 minutes"),
        ((7000, 10800), "1.9–3.0 hours"),
        ((100, 110), "2 minutes"),
    ],
)
def test_range_of_time_is_said_in_one_unit(seconds, words):
    with translation.override("en"):
        assert look.span(seconds) == words
