"""Can this dataset be trained on? What is missing, what is merely doubtful, and the next step."""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from brandstudio.core.models.rights import expired, not_for_training, unknown
from training.models import CaptionState
from training.rules.image_findings import GRAVE

ENOUGH = 20  # pictures; below, a style is learned by heart rather than understood
VARIED = 0.8  # least share of different captions


@dataclass(frozen=True)
class Point:
    """One line of the meter. state: "ok", "missing" (a person should act) or "bad" (stops a run).

    url and act: where to mend it, and in what words. share: 0 to 1, how much of it is done.
    """

    name: str
    state: str
    figure: str
    url: str = ""
    share: float = 1.0
    act: str = ""

    @property
    def icon(self):
        return "check" if self.state == "ok" else "alert"


@dataclass(frozen=True)
class Readiness:
    points: list
    counts: dict

    @property
    def percent(self):
        return round(100 * sum(point.share for point in self.points) / len(self.points))

    @property
    def is_blocked(self):
        return any(point.state == "bad" for point in self.points)

    @property
    def is_complete(self):
        return all(point.state == "ok" for point in self.points)

    @property
    def next_step(self):
        """What to mend first: what stops a run, then what is doubtful; None when all is well."""
        open_points = [point for point in self.points if point.state != "ok"]
        return min(open_points, key=lambda point: point.state != "bad", default=None)


def dataset_counts(dataset):
    """All counts a meter or a preflight needs, in one query."""
    return dataset.images.aggregate(
        images=Count("pk"),
        missing=Count("pk", filter=Q(caption_state=CaptionState.MISSING)),
        drafted=Count("pk", filter=Q(caption_state=CaptionState.DRAFTED)),
        checked=Count("pk", filter=Q(caption_state=CaptionState.CHECKED)),
        without_rights=Count("pk", filter=unknown()),
        expired=Count("pk", filter=expired()),
        not_for_training=Count("pk", filter=not_for_training()),
        withdrawn=Count("pk", filter=~Q(withdrawn_at=None)),
        different=Count("caption", filter=~Q(caption=""), distinct=True),
        screened=Count("pk", filter=~Q(report={})),
        with_findings=Count("pk", filter=Q(report__worst__in=GRAVE)),
    )


def rights_are_required():
    """Whether a run may start on pictures whose rights holder is unknown (a setting)."""
    return settings.REQUIRE_RIGHTS


def readiness(dataset, counts=None):
    """The meter of a dataset."""
    counts = counts or dataset_counts(dataset)
    total = counts["images"]
    editor = reverse("training:dataset-detail", args=[dataset.pk])
    pages = {
        name: reverse(f"training:dataset-{name}", args=[dataset.pk])
        for name in ("upload", "edit", "rights")
    }
    points = [
        Point(
            _("Enough pictures"),
            "bad" if not total else "ok" if total >= ENOUGH else "missing",
            f"{total} / {ENOUGH}" if total < ENOUGH else _image_count(total),
            pages["upload"],
            min(1, total / ENOUGH),
            _("Add pictures: a style needs 20, better a hundred."),
        ),
        Point(
            _("Trigger word"),
            "ok" if dataset.trigger_word else "missing",
            dataset.trigger_word or _("set it"),
            pages["edit"],
            1 if dataset.trigger_word else 0,
            _("Invent a trigger word that calls the style."),
        ),
    ]
    if total:
        points += [
            _captions_point(counts, editor),
            _varied_point(counts, editor),
            _checked_point(counts, editor),
            _rights_point(counts, pages["rights"]),
            _quality_point(counts, editor),
        ]
    return Readiness(points, counts)


def _captions_point(counts, editor):
    missing, total = counts["missing"], counts["images"]
    return Point(
        _("Every picture has a caption"),
        "bad" if missing else "ok",
        _more(missing) if missing else f"{total} / {total}",
        f"{editor}?state=missing",
        1 - missing / total,
        _("Draft the missing captions, or write them."),
    )


def _varied_point(counts, editor):
    """Pictures that share a caption teach the same thing twice, or were captioned in haste."""
    captioned, different = counts["images"] - counts["missing"], counts["different"]
    share = different / captioned if captioned else 0
    figure = ngettext("%(n)d different caption", "%(n)d different captions", different)
    return Point(
        _("Varied"),
        "ok" if share >= VARIED else "missing",
        figure % {"n": different},
        f"{editor}?finding=twin",
        min(1, share / VARIED),
        _("Tell alike captions apart: say what only this picture shows."),
    )


def _checked_point(counts, editor):
    remaining = counts["images"] - counts["checked"]
    return Point(
        _("Captions checked"),
        "missing" if remaining else "ok",
        _more(remaining) if remaining else f"{counts['images']} / {counts['images']}",
        f"{editor}?state=drafted",
        1 - remaining / counts["images"],
        _("Read the drafts once, and mark them as checked."),
    )


def _rights_point(counts, url):
    total = counts["images"]
    act = _("Take out what was withdrawn or has expired, or clear its rights.")
    if counts["withdrawn"]:
        figure = ngettext("%(n)d withdrawn", "%(n)d withdrawn", counts["withdrawn"])
        return Point(_("Rights clear"), "bad", figure % {"n": counts["withdrawn"]}, url, 0, act)
    if counts["expired"]:
        figure = ngettext("%(n)d expired", "%(n)d expired", counts["expired"])
        return Point(_("Rights clear"), "bad", figure % {"n": counts["expired"]}, url, 0, act)
    if count := counts["not_for_training"]:
        figure = ngettext("%(n)d not for training", "%(n)d not for training", count)
        return Point(_("Rights clear"), "bad", figure % {"n": count}, url, 0, act)
    missing = counts["without_rights"]
    state = "ok" if not missing else "bad" if rights_are_required() else "missing"
    return Point(
        _("Rights clear"),
        state,
        _more(missing) if missing else f"{total} / {total}",
        url,
        1 - missing / total,
        _("Note whose pictures these are, for all at once."),
    )


def _quality_point(counts, editor):
    if counts["screened"] < counts["images"]:
        return Point(
            _("Picture quality"),
            "missing",
            _("not looked at yet"),
            f"{editor}#screen",
            counts["screened"] / counts["images"],
            _("Have the pictures screened."),
        )
    count = counts["with_findings"]
    figure = ngettext("%(n)d to look at", "%(n)d to look at", count) % {"n": count}
    return Point(
        _("Picture quality"),
        "missing" if count else "ok",
        figure if count else _("nothing found"),
        f"{editor}?finding=picture",
        1 - count / counts["images"],
        _("Look at the pictures that screening doubts."),
    )


def _image_count(count):
    return ngettext("%(n)d picture", "%(n)d pictures", count) % {"n": count}


def _more(count):
    return ngettext("%(n)d to go", "%(n)d to go", count) % {"n": count}
