"""Errors of fields that the create page draws no place for, so that none is refused in silence."""

from django.utils.translation import gettext as _

from gallery.models import Way

# Fields whose errors stand beside them, whatever else the page shows.
_BESIDE = {"template", "free", "pack", "channel"}
_IN_A_WAY = {
    Way.PICTURE: {"start", "change"},
    Way.PRODUCT: {"plate", "plate_x", "plate_y", "plate_width"},
}


def errors_above(form):
    """The sentences to show above a SceneForm: its own, then those of fields nobody sees."""
    seen = _seen(form) if form.errors else set()  # asks the database
    told = list(form.non_field_errors())
    for name, errors in form.errors.items():
        if name in form.fields and name not in seen:
            told += [_named(form.fields[name].label, error) for error in errors]
    return told


def _seen(form):
    strengths = {f"strength_{version.pk}" for version in form.versions}
    reason = {"reason"} if strengths else set()
    own = _IN_A_WAY.get(form.way_shown(), set())
    return _BESIDE | set(form.ADVANCED) | strengths | reason | own


def _named(label, error):
    return _("%(field)s: %(error)s") % {"field": label, "error": error} if label else error
