"""Polls that find nothing new are answered before session, person and page are asked for.

A fragment that is polled every two seconds mostly answers 304. Once the whole stack has let a
person see a fragment, this process remembers for some seconds who polls it, and computes nothing
but its tag. Whoever signs out or loses a role meanwhile hears "nothing new" for so long at most;
whatever is new goes through the whole stack.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpResponseNotModified
from django_htmx.http import ptag

REMEMBERED = 10  # seconds
_MOST = 1000  # pages remembered at once

_pages: dict[tuple[str, str], "_Page"] = {}


@dataclass(frozen=True)
class _Page:
    """A fragment that a person was let see: until when it counts, and how its tag is computed."""

    until: float
    person: object
    tag: Callable
    args: tuple
    kwargs: dict


def polled(tag):
    """Answer 304 while tag(request, *args, **kwargs) is the one the page has already.

    tag may ask the request for its `user` only; None means always answer in full.
    """

    def decorate(view):
        answering = ptag(tag)(view)
        answering.poll_tag = tag  # outer decorators pass it on, so the resolved view has it too
        return answering

    return decorate


class PollMiddleware:
    """Stands before the session's: what it can answer costs one small query."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        has = request.META.get("HTTP_HX_PTAG")
        session = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
        if not (has and session and request.method == "GET"):
            return self.get_response(request)
        key = (session, request.path_info)
        if _is_unchanged(request, _pages.get(key), has):
            return HttpResponseNotModified(headers={"HX-PTag": has})
        response = self.get_response(request)
        tag = getattr(request.resolver_match and request.resolver_match.func, "poll_tag", None)
        if tag and response.status_code in (200, 304):
            _remember(key, request, tag)
        return response


def _is_unchanged(request, page, has):
    if page is None or page.until < time.monotonic():
        return False
    request.user = page.person
    return page.tag(request, *page.args, **page.kwargs) == has


def _remember(key, request, tag):
    if len(_pages) >= _MOST:
        _pages.clear()
    match = request.resolver_match
    until = time.monotonic() + REMEMBERED
    _pages[key] = _Page(until, request.user, tag, match.args, match.kwargs)
