"""What a person asked of a picture's rights with one of the two buttons, done and told."""

from http import HTTPStatus

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from brandstudio.core.input import reasons
from brandstudio.core.input.acts import one_of
from brandstudio.core.models import OnlyAdminsClear, StillAlike, WrongState
from brandstudio.core.ui.trouble import refused


def withdraw_or_reinstate(request, row, back):
    """Take the rights of a WithRights back (with a reason, `why`), or clear them again
    (act=reinstate; of what has reached something an admin, with a reason).

    back: the address of the page that asks. Returns the answer.
    """
    act = one_of(request.POST.get("act", "withdraw"), {"withdraw", "reinstate"})
    why = reasons.in_one_line(request.POST.get("why", ""))
    if act == "withdraw" and not why:
        return refused(request, _("Write why the picture is withdrawn."), back)
    try:
        if act == "reinstate":
            row.reinstate(by=request.user, why=why)
            messages.success(request, _("The picture's rights are clear again."))
        else:
            row.withdraw(by=request.user, why=why)
            messages.success(request, _("Withdrawn. Look at what it has reached."))
    except OnlyAdminsClear:
        if request.user.is_brand_admin:
            said = _("Write why its rights are clear again: something was made of it already.")
            return refused(request, said, back)
        sentence = _(
            "Something was made of %(name)s already, so its rights are cleared again by an admin, "
            "with a reason. Nothing was changed: ask one, and tell what changed."
        )
        return refused(request, sentence % {"name": row}, back, HTTPStatus.FORBIDDEN)
    except StillAlike:
        sentence = _(
            "%(name)s looks like a photograph that may not be used. Nothing was changed: first an "
            "admin says whether it is another picture."
        )
        return refused(request, sentence % {"name": row}, back, HTTPStatus.FORBIDDEN)
    except WrongState:
        said = _("Its rights are clear already, so nothing was changed.")
        if act == "withdraw":
            said = _("It is withdrawn already, so nothing was changed.")
        return refused(request, said, back, HTTPStatus.CONFLICT)
    return redirect(back)
