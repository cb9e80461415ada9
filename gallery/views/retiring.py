"""What an admin asked of a style version or a template with one of two buttons, done and told."""

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from brandstudio.core.input.acts import one_of
from brandstudio.core.problems import Refused
from gallery import services
from gallery.views.refusals import refuse


def retire_or_bring_back(request, row):
    """Retire it, or approve it again (act=bring-back), each with a reason (`reason`)."""
    act = one_of(request.POST.get("act", "retire"), {"retire", "bring-back"})
    reason = request.POST.get("reason", "")
    try:
        if act == "retire":
            services.retire(row, request.user, reason)
        else:
            services.bring_back(row, request.user, reason)
    except Refused as error:
        return refuse(request, error, row)
    else:
        retired = _("Retired. Pictures made with it stay.")
        messages.success(request, retired if act == "retire" else _("It is in use again."))
    return redirect(row)
