"""Template tags for the parts that every page draws: icons, state badges, strength bands."""

from functools import cache
from html import unescape

from django import template
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, ngettext_lazy

from brandstudio.core.input.numbers import parse_number
from brandstudio.core.ui.band_lines import band_figures, band_geometry, tenths_inside
from brandstudio.core.ui.once import FIELD, new_token
from brandstudio.core.ui.stylesheet import stylesheet
from brandstudio.core.ui.wording import labelled, listed

register = template.Library()

# The one place where a state gets its shape and hue (static/css/components/badge.css).
BADGES = {
    "approved": {"approved", "ready", "finished", "checked", "done", "tested"},
    "waiting": {"in_review", "asked", "waiting", "queued", "drafted", "missing", "testing", "held"},
    "active": {"training", "preparing", "rendering", "loading", "working"},
    "paused": {"paused", "interrupted"},
    "failed": {"failed", "declined", "forbidden", "barred"},
    "draft": {"draft", "private", "untested"},
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


@register.simple_block_tag(takes_context=True)
def post_form(
    context,
    content,
    view="",
    *args,
    target="",
    upload=False,
    next=None,
    fingerprint=None,
    query=None,
    once=False,
    **attributes,
):
    """A form that posts: {% post_form "training:run-act" pk class="form" %}…{% end… %}.

    Every form of the site that posts is drawn here, so that none lacks the token against forgery.
    view, args: as for {% url %}; without a view it posts to the page's own address.
    target: the selector of the fragment that the answer replaces; without it the page is loaded.
    upload: whether it sends files. next, fingerprint, query: hidden fields, left out when None:
    where the answer leads, which state of the row the person saw (sent as "seen"), the filter of
    the list they came from. once: sent twice it makes one thing (`ui.once`, around its view).
    attributes: the form's own, with _ for -; True stands without a value, None and False not at
    all: {% post_form data_once=True hx_swap="outerMorph" %}.
    """
    address = reverse(view, args=args) if view else ""
    own = {"action": address or None, **attributes}
    if upload:
        own["enctype"] = "multipart/form-data"
    if target:
        own |= {"hx_post": address, "hx_target": target, "hx_swap": "outerMorph"}
    token = new_token() if once else None
    if once and "hx_post" not in own:  # what htmx swaps in goes on being sent
        own["data_once"] = True
    fields = {
        "csrf_token": context.get("csrf_token"),
        "attributes": _attributes(own),
        "hidden": {"next": next, "seen": fingerprint, "query": query, FIELD: token},
        "content": content,
    }
    return render_to_string("_post_form.html", fields)


def _attributes(attributes):
    """{"data_once": True, "class": "form"} as HTML: data-once class="form"."""
    drawn = (
        name.replace("_", "-") + ("" if value is True else f'="{conditional_escape(value)}"')
        for name, value in attributes.items()
        if value is not None and value is not False
    )
    return mark_safe(" ".join(drawn))  # the names are ours, the values escaped


@register.simple_block_tag(takes_context=True)
def post_button(
    context,
    content,
    view,
    *args,
    look="",
    icon="",
    field="act",
    act="",
    confirm="",
    pressed=None,
    target="",
    next="",
    query=None,
    once=False,
    form_class="",
    **attributes,
):
    """A button that posts: {% post_button "gallery:asset-ask" asset.pk icon="send" %}…{% end… %}.

    The words between the tags stand on it; on a look of "icon" they are read out and shown on
    hovering instead. view, args: as for {% url %}.
    look: variants of static/css/components/button.css, such as "small quiet"; "menu" has none.
    act: the value sent, in a field named `field`. confirm: a question before it posts.
    pressed: whether a switch is on; None for what is no switch.
    target: the selector of the fragment that the answer replaces; without it the page is loaded.
    next: where the answer leads. query, once: as in post_form.
    attributes: more of the button's own, written as in post_form.
    """
    looks = look.split()
    words = content.strip()
    is_icon = "icon" in looks
    label = unescape(words) if is_icon else None  # the attribute escapes it again
    own = {
        "class": _button_classes(looks),
        "name": field if act else None,
        "value": act or None,
        "data_confirm": confirm or None,
        "aria_pressed": None if pressed is None else str(bool(pressed)).lower(),
        "aria_label": label,
        "title": label,
        **attributes,
    }
    fields = {
        "attributes": _attributes(own),
        "icon": icon,
        "icon_size": "icon--s" if "small" in looks else "",
        "words": "" if is_icon else mark_safe(words),  # a template wrote it
    }
    button = render_to_string("_post_button.html", fields)
    options = {"target": target, "next": next or None, "query": query, "once": once}
    return post_form(context, button, view, *args, **options, **{"class": form_class or None})


def _button_classes(looks):
    """ "small is-extra" as classes: button button--small is-extra."""
    if "menu" in looks:
        return None
    return " ".join(["button", *(w if w.startswith("is-") else f"button--{w}" for w in looks)])


@register.simple_tag
def prompt_pieces(pieces):
    """A prompt in its own blanks and commas, told apart by where each piece comes from.

    pieces: objects with a text and a kind: "trigger" is set by the studio, "slot" and "free" were
    chosen or typed, "text" stands in the template.
    """
    return format_html_join("", "{}", ((_drawn_piece(piece),) for piece in pieces))


def _drawn_piece(piece):
    if piece.kind == "trigger":
        lock = icon("lock", "icon--s")
        return format_html('<span class="chip chip--locked">{}{}</span>', lock, piece.text)
    if piece.kind in ("slot", "free"):
        return format_html("<mark>{}</mark>", piece.text)
    return piece.text


@register.simple_tag
def changed_words(spans):
    """A text's change, word by word. spans: (kind, text), the kind "ins", "del" or anything."""
    tags = {"ins": "<ins>{}</ins>", "del": "<del>{}</del>"}
    return format_html_join(
        "", "{}", ((format_html(tags.get(kind, "{}"), text),) for kind, text in spans)
    )


@register.simple_tag
def poll(name, *args, every="2s"):
    """The attributes by which a fragment asks for itself again: {% poll 'gallery:results' %}.

    name, args: as for {% url %}. Typed text and the focus survive the answer (outerMorph).
    """
    return format_html(
        'hx-get="{}" hx-trigger="every {}" hx-swap="outerMorph"', reverse(name, args=args), every
    )


@register.filter
def notice_kind(level_tag):
    """The look of one of Django's messages: a kind of static/css/components/notice.css."""
    return {"error": "failed", "warning": "waiting"}.get(level_tag, "approved")


@register.inclusion_tag("_badge.html")
def badge(state, label=None):
    """A state as shape, hue and word: {% badge run.state run.get_state_display %}."""
    return {"kind": BADGE_OF.get(str(state), ""), "label": label or state}


@register.inclusion_tag("_band.html")
def band(version, explain=False):
    """The strength band of a style version, drawn on a line from 0 to 1 (or to its maximum);
    one that has none yet says so. explain: with a sentence for each part."""
    if version.strength is None:
        return {"none": True}
    return {"explain": explain, **_band_key(version), **band_geometry(version)}


def _band_key(version):
    """The figures of _band_key.html, of a version with a band."""
    figures = {
        "low": version.strength_min,
        "high": version.strength_max,
        "best_low": version.best_min,
        "best_high": version.best_max,
        "default_value": version.strength,
    }
    return {name: strength_value(figure) for name, figure in figures.items()}


@register.inclusion_tag("_strength.html")
def strength(version, name, value=None, images=(), error=None, key=""):
    """The strength slider of a style version.

    name: the field's name. images: [(strength, url, alt)] for the film above the slider.
    key: names the sheet (`data-sheet`) that flips along. error: a sentence, or None.
    """
    low, high = version.strength_min, version.strength_max
    span = (high - low) or 1.0
    marks = tenths_inside(low, high)
    value = parse_number(value, version.strength)
    return {
        "version": version,
        "name": name,
        "value": value,
        "images": [image for image in images if low <= image[0] <= high],
        "error": error,
        "key": key or name,
        "best_x": 100 * (version.best_min - low) / span,
        "best_width": 100 * (version.best_max - version.best_min) / span,
        "marks": [{"value": mark, "x": 100 * (mark - low) / span} for mark in marks],
        "default_x": 100 * (version.strength - low) / span,
        "figures": band_figures(low, high),
        **_band_key(version),
    }


register.simple_tag(labelled)
register.filter(listed)


# What a bar counts, in words.
_COUNTED = {
    "pictures": ngettext_lazy(
        "%(done)d of %(total)d picture", "%(done)d of %(total)d pictures", "total"
    ),
    "files": ngettext_lazy("%(done)d of %(total)d file", "%(done)d of %(total)d files", "total"),
}


@register.inclusion_tag("_progress.html")
def progress(done, total, label="", note="", counts="", thick=False, done_well=False):
    """A bar with its words: {% progress sheet.done sheet.total label=… counts="pictures" %}.

    counts: what is counted, "pictures" or "files"; said while it is known how many there are.
    """
    return {
        "counted": _COUNTED[counts] % {"done": done, "total": total} if counts and total else "",
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


@register.inclusion_tag("_stretch.html", takes_context=True)
def stretch(context, page):
    """Links to the pictures before and after those shown; the rest of the address is kept.

    page: with .newer and .older, the values of ?after= and ?before=, "" for none.
    """
    query = context["request"].GET.copy()
    for place in ("before", "after"):
        query.pop(place, None)
    rest = f"&{query.urlencode()}" if query else ""
    return {
        "page": page,
        "newest": f"?{query.urlencode()}",
        "newer": f"?after={page.newer}{rest}",
        "older": f"?before={page.older}{rest}",
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
        figure = number_format(round(hours, 1), 1)
        return _("%(n)s hours") % {"n": figure}
    whole = round(hours / 24)
    return ngettext("%(n)d day", "%(n)d days", whole) % {"n": whole}


@register.filter
def span(seconds):
    """A range of time in one unit, as `duration` chooses it: 8–15 minutes; '' when unknown.

    seconds: (least, greatest), or None.
    """
    if not seconds:
        return ""
    low, high = seconds
    unit = next((size for size, least in ((3600, 150 * 60), (60, 90)) if high >= least), 1)
    digits = 1 if unit == 3600 else 0
    ends = [number_format(round(max(end / unit, 1), digits), digits) for end in (low, high)]
    if ends[0] == ends[1]:
        return duration(high)
    words = {
        1: _("%(low)s–%(high)s seconds"),
        60: _("%(low)s–%(high)s minutes"),
        3600: _("%(low)s–%(high)s hours"),
    }
    return words[unit] % {"low": ends[0], "high": ends[1]}


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
