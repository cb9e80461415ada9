"""Polls that find nothing new are answered without the page, but never without the person.

A fragment that is polled every two seconds mostly answers 304. Once the whole stack has let a
person see a fragment, this process remembers for some seconds who polls it. Then one query asks
whether the session still lives and the person is as they were, the tag asks for the row with that
person's rights, and nothing else is computed. Everybody else goes through the whole stack.
"""

import time
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.http import HttpResponseNotModified
from django.utils import timezone
from django_htmx.http import ptag

from brandstudio.core.models import User

REMEMBERED = 10  # seconds
_MOST = 1000  # pages remembered at once
# What decides on rights, and on whether the session is still good for this person.
_AS_THEY_WERE = (
    *("is_active", "is_staff", "is_superuser", "password"),
    *("is_designer", "is_marketer", "is_brand_admin", "may_write_prompts", "may_leave_band"),
)
_AS_THEY_ARE = (
    f"SELECT {', '.join(_AS_THEY_WERE)} FROM {User._meta.db_table} WHERE id = %s AND EXISTS "
    f"(SELECT 1 FROM {Session._meta.db_table} WHERE session_key = %s AND expire_date > %s)"
)

_pages: dict[tuple[str, str], "_Page"] = {}


@dataclass(frozen=True)
class _Page:
    """A fragment that a person was let see: until when it counts, and how its tag is computed."""

    until: float
    person: User
    tag: Callable
    args: tuple
    kwargs: dict


def polled(tag):
    """Answer 304 while tag(request, *args, **kwargs) is the one the page has already.

    tag: finds the row among those that request.user may see, and may ask the request for nothing
    else; None (no such row for them) means always answer in full. It is never called for guests.
    """

    def of_a_person(request, *args, **kwargs):
        return tag(request, *args, **kwargs) if request.user.is_authenticated else None

    def decorate(view):
        answering = ptag(of_a_person)(view)
        answering.poll_tag = tag  # outer decorators pass it on, so the resolved view has it too
        return answering

    return decorate


class PollMiddleware:
    """Stands before the session's: what it can answer costs two small queries."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        has = request.META.get("HTTP_HX_PTAG")
        session = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
        if not (has and session and request.method == "GET"):
            return self.get_response(request)
        key = (session, request.path_info)
        if _is_unchanged(request, _pages.get(key), session, has):
            return HttpResponseNotModified(headers={"HX-PTag": has})
        response = self.get_response(request)
        # A tag on the answer: the view itself spoke, not a door on the way to it.
        if response.status_code in (200, 304) and response.has_header("HX-PTag"):
            _remember(key, request)
        else:
            _pages.pop(key, None)
        return response


def _is_unchanged(request, page, session, has):
    if page is None or page.until < time.monotonic() or not _still_signed_in(page.person, session):
        return False
    request.user = page.person
    return page.tag(request, *page.args, **page.kwargs) == has


def _still_signed_in(person, session):
    """Whether the session lives and nothing that decides on rights has changed, in one query.

    A session's key never passes from one person to another: signing in makes a new one. The query
    is written out, since building it anew at each poll would cost more than all the rest.
    """
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(_AS_THEY_ARE, [person.pk, session, now])
        return cursor.fetchone() == tuple(getattr(person, name) for name in _AS_THEY_WERE)


def _remember(key, request):
    tag = getattr(request.resolver_match and request.resolver_match.func, "poll_tag", None)
    if tag is None:
        return
    if len(_pages) >= _MOST:
        _pages.clear()
    match = request.resolver_match
    person = copy(request.user)  # as this answer saw them; the lazy one would keep the request
    _pages[key] = _Page(time.monotonic() + REMEMBERED, person, tag, match.args, match.kwargs)
