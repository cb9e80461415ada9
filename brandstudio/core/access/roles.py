"""Who may open which door. Views use these; models and forms guard the rows themselves."""

from functools import wraps

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied


def _role_required(test):
    def decorate(view):
        @login_required
        @wraps(view)
        def guarded(request, *args, **kwargs):
            if not test(request.user):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return decorate


designer_required = _role_required(lambda p: p.is_designer or p.is_brand_admin)
painter_required = _role_required(
    lambda p: p.is_marketer or p.is_designer or p.is_brand_admin  # designers: trials of their own
)
admin_required = _role_required(lambda p: p.is_brand_admin)
