"""What a person asked of a picture's rights with one of the two buttons, done and told."""

from django.contrib import messages
from django.utils.translation import gettext as _

from brandstudio.core.input.acts import one_of
from brandstudio.core.models import OnlyAdminsClear, StillAlike, WrongState


def withdraw_or_reinstate(request, row):
    """Take the rights of a WithRights back (with a reason, `why`), or clear them again
    (act=reinstate; of what has reached something an admin, with a reason)."""
    act = one_of(request.POST.get("act", "withdraw"), {"withdraw", "reinstate"})
    why = " ".join(request.POST.get("why", "").split())[:300]
    try:
        if act == "reinstate":
            row.reinstate(by=request.user, why=why)
            messages.success(request, _("The picture's rights are clear again."))
        elif why:
            row.withdraw(by=request.user, why=why)
            messages.success(request, _("Withdrawn. Look at what it has reached."))
        else:
            messages.error(request, _("Write why the picture is withdrawn."))
    except OnlyAdminsClear:
        sentence = _(
            "Something was made of %(name)s already, so its rights are cleared again by an admin, "
            "with a reason. Nothing was changed: ask one, and tell what changed."
        )
        messages.error(request, sentence % {"name": row})
    except StillAlike:
        sentence = _(
            "%(name)s looks like a photograph that may not be used. Nothing was changed: first an "
            "admin says whether it is another picture."
        )
        messages.error(request, sentence % {"name": row})
    except WrongState:
        messages.error(request, _("Somebody else did that a moment ago."))
