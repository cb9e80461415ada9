"""Whether people at other machines may reach this studio, as far as its settings tell."""

import ipaddress
from urllib.parse import urlsplit

from django.conf import settings

# "testserver" is how Django's own test client calls this machine.
_OWN_NAMES = {"localhost", "testserver", ""}
_FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_VIA")


def is_local_only():
    """Whether nothing says that others come in: neither the address listened on, nor a name that
    the site answers to, nor a proxy with TLS in front of it.
    """
    names = [
        *settings.ALLOWED_HOSTS,
        *(urlsplit(origin).hostname or origin for origin in settings.CSRF_TRUSTED_ORIGINS),
        urlsplit(settings.STUDIO_ADDRESS).hostname or "",
    ]
    is_bound_here = settings.STUDIO_HOST != "" and _is_own(settings.STUDIO_HOST)
    return is_bound_here and not settings.STUDIO_HTTPS and all(map(_is_own, names))


def comes_from_here(request):
    """Whether a request was made on this machine, and not handed on by a proxy."""
    is_handed_on = any(header in request.META for header in _FORWARDED)
    return not is_handed_on and _is_loopback(request.META.get("REMOTE_ADDR", ""))


def _is_own(name):
    name = name.strip("[]").rstrip(".").lower()
    return name in _OWN_NAMES or name.endswith(".localhost") or _is_loopback(name)


def _is_loopback(name):
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
