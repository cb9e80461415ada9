"""Template tags for the parts that every page draws: icons, state badges, strength bands."""

from functools import cache

from django import template
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from brandstudio.core.input.numbers import parse_number
from brandstudio.core.ui.stylesheet import stylesheet

register = template.Library()

# The one place where a state gets its shape and hue (static/css/components/badge.css).
BADGES = {
    "approved": {"approved", "ready", "finished", "checked", "done"},
    "waiting": {"in_review", "asked", "waiting", "queued", "drafted", "missing"},
    "active": {"training", "preparing", "rendering", "loading", "working"},
    "paused": {"paused", "interrupted"},
    "failed": {"failed", "declined"},
    "draft": {"draft", "private"},
    "off": {"retired", "withdrawn", "cancelled"},
}
BADGE_OF = {state: badge for badge, states in BADGES.items() for state in states}


@register.simple_tag
def stylesheet_url():
    """The address of the site's stylesheet, which changes with its text."""
    return reverse("core:stylesheet", args=[stylesheet()[1]])


@register.simple_tag
def icon(name, extra=""):
    """An icon of static/icons.svg: {% icon "upload" %} or {% icon "x" "icon--s" %}."""
    return _drawn(name, extra)


@cache  # a page draws a hundred of them
def _drawn(name, extra):
    return render_to_string("_icon.html", {"name": name, "extra": extra})


@register.inclusion_tag("_badge.html")
def badge(state, label=None):
    """A state as shape, hue and word: {% badge run.state run.get_state_display %}."""
    return {"kind": BADGE_OF.get(str(state), ""), "label": label or state}


@register.inclusion_tag("_band.html")
def band(version, values=True):
    """The strength band of a style version, drawn on a line from 0 to 1 (or to its maximum)."""
    return {"version": version, "values": values, **band_geometry(version)}


@register.inclusion_tag("_strength.html")
def strength(version, name, value=None, pictures=(), error=None, key=""):
    """The strength slider of a style version.

    name: the field's name. pictures: [(strength, url, alt)] for the film above the slider.
    key: names the sheet (`data-sheet`) that flips along. error: a sentence, or None.
    """
    low, high = version.strength_min, version.strength_max
    span = (high - low) or 1.0
    value = parse_number(value, version.strength)
    return {
        "version": version,
        "name": name,
        "value": value,
        "pictures": [p for p in pictures if low <= p[0] <= high],
        "error": error,
        "key": key or name,
        "best_x": 100 * (version.best_min - low) / span,
        "best_width": 100 * (version.best_max - version.best_min) / span,
        "marks": [{"value": mark, "x": 100 * (mark - low) / span} for mark in _marks(low, high)],
        "figures": _figures(low, high),
    }


@register.inclusion_tag("_progress.html")
def progress(done, total, label="", note="", thick=False, done_well=False):
    """A bar with its words: {% progress run.steps_done run.steps_total label=… note=… %}."""
    return {
        "done": done,
        "total": total,
        "label": label or _("Progress"),
        "note": note,
        "thick": thick,
        "done_well": done_well,
    }


@register.inclusion_tag("_pagination.html", takes_context=True)
def pagination(context, page):
    """Links to a Paginator's pages; other parameters of the address are kept."""
    query = context["request"].GET.copy()
    query.pop("page", None)
    rest = query.urlencode()
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return {
        "page": page,
        "numbers": list(numbers),
        "prefix": f"?{rest}&page=" if rest else "?page=",
    }


@register.filter
def strength_value(value):
    """0.65 with the dot every prompt uses, two places: a strength is a factor, not prose."""
    return f"{float(value):.2f}"


@register.filter
def ago(moment):
    """How long ago a moment was, in the reader's words; the last minute is just now."""
    if moment is None:
        return ""
    if (timezone.now() - moment).total_seconds() < 60:
        return _("just now")
    return _("%(time)s ago") % {"time": timesince(moment, depth=1)}


@register.filter
def duration(seconds):
    """How long something takes, in the reader's words; '' when unknown.

    seconds: a number or None.
    """
    if seconds is None or seconds == "":
        return ""
    seconds = max(0, float(seconds))
    if seconds < 90:
        whole = max(1, round(seconds))
        return ngettext("%(n)d second", "%(n)d seconds", whole) % {"n": whole}
    if seconds < 90 * 60:
        whole = round(seconds / 60)
        return ngettext("%(n)d minute", "%(n)d minutes", whole) % {"n": whole}
    hours = seconds / 3600
    if hours < 48:
        shown = number_format(round(hours, 1), 1)
        return _("%(n)s hours") % {"n": shown}
    whole = round(hours / 24)
    return ngettext("%(n)d day", "%(n)d days", whole) % {"n": whole}


@register.filter
def megabytes(count):
    """A size given in 10⁶ bytes as people say it: 850 MB, 3.2 GB; '' when unknown."""
    if count is None or count == "":
        return ""
    count = float(count)
    if count < 1000:
        return f"{count:.0f} MB"
    return f"{number_format(round(count / 1000, 1), 1)} GB"


@register.filter
def short_hash(sha256):
    """The first eight characters of a hash, enough for eyes to compare."""
    return f"{sha256[:8]}…" if sha256 else ""


def band_geometry(version):
    """Where the band's parts stand, in percent of the line. version: anything with its fields."""
    end = max(1.0, version.strength_max)

    def percent(value):
        return round(100 * value / end, 2)

    return {
        "end": end,
        "allowed_x": percent(version.strength_min),
        "allowed_width": percent(version.strength_max - version.strength_min),
        "best_x": percent(version.best_min),
        "best_width": percent(version.best_max - version.best_min),
        "default_x": round(percent(version.strength) - 0.6, 2),
    }


def _figures(low, high):
    """The figures under the line: both ends, and the marks that leave each other room."""
    span = (high - low) or 1.0
    inner = [mark for mark in _marks(low, high) if 0.12 < (mark - low) / span < 0.88]
    ends = [(low, "start"), *((mark, "middle") for mark in inner), (high, "end")]
    return [
        {"value": round(value, 2), "x": round(100 * (value - low) / span, 2), "anchor": anchor}
        for value, anchor in ends
    ]


def _marks(low, high):
    """The round tenths inside the band, thinned so that no more than six are drawn."""
    tenths = range(round(low * 10 + 0.499), int(high * 10 + 1e-6) + 1)
    marks = [tenth / 10 for tenth in tenths]
    return marks if len(marks) <= 6 else marks[:: -(-len(marks) // 6)]
