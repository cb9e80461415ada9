"""The tags that every page draws with."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.template import Context, Template
from django.utils import timezone, translation

from brandstudio.core.templatetags import look
from gallery.models.asset import AssetReview, AssetState
from gallery.models.review import ReviewState
from training.models.dataset import CaptionState
from training.models.dataset_task import ChoreState
from training.models.run import RunState

VERSION = SimpleNamespace(
    pack="Ink", strength_min=0.45, strength_max=0.85, best_min=0.55, best_max=0.75, strength=0.65
)


def rendered(source, **context):
    with translation.override("en"):
        return Template("{% load look %}" + source).render(Context(context))


def test_band_is_drawn_on_a_line_from_zero_to_one():
    geometry = look.band_geometry(VERSION)

    assert geometry == {
        "end": 1.0,
        "allowed_x": 45,
        "allowed_width": 40,
        "best_x": 55,
        "best_width": 20,
        "default_x": 64.4,
    }


def test_band_says_its_figures_to_those_who_do_not_see_it():
    drawn = rendered("{% band version %}", version=VERSION)

    assert "allowed 0.45–0.85, recommended 0.55–0.75, default 0.65" in drawn


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
    kinds = (AssetReview, AssetState, ReviewState, ChoreState, CaptionState, RunState)
    states = {state.value for kind in kinds for state in kind}

    assert states - set(look.BADGE_OF) == set()


@pytest.mark.parametrize(("seconds", "words"), [(3, "just now"), (61, "1 minute ago")])
def test_moment_is_told_as_a_moment_and_never_as_no_minutes(seconds, words):
    with translation.override("en"):
        told = look.ago(timezone.now() - timedelta(seconds=seconds))

    assert told.replace("\xa0", " ") == words


def test_no_page_tells_a_moment_by_a_bare_length_of_time(templates):
    assert [name for name, text in templates.items() if "|timesince" in text] == []
