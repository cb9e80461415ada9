"""Text as it arrives from browsers: Unicode that a database can hold, whatever was sent."""

import codecs
import re
from http import HTTPStatus

from django.http import Http404, HttpResponse, QueryDict
from django.utils.translation import gettext

# NUL, which PostgreSQL does not store, and halves of surrogate pairs, which nothing does.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(text):
    """The text without what can't be stored; no reader could see it."""
    return _UNSTORABLE.sub("", text)


class PlainTextMiddleware:
    """Stands where a form has just been read: views see storable text only."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if not _is_utf8(request.encoding):
            text = gettext("Send text as UTF-8; this request says that it is something else.")
            return HttpResponse(
                text, content_type="text/plain; charset=utf-8", status=HTTPStatus.BAD_REQUEST
            )
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if any(_UNSTORABLE.search(value) for value in kwargs.values() if isinstance(value, str)):
            raise Http404
        request.GET = _cleaned(request.GET)
        if request.method == "POST":
            request.POST = _cleaned(request.POST)


def _is_utf8(name):
    try:
        return name is None or codecs.lookup(name).name == "utf-8"
    except LookupError:  # Django takes an unknown one for UTF-8
        return True


def _cleaned(query):
    if not any(
        _UNSTORABLE.search(text) for name, texts in query.lists() for text in (name, *texts)
    ):
        return query
    cleaned = QueryDict(mutable=True, encoding=query.encoding)
    for name, texts in query.lists():
        cleaned.setlist(storable(name), [storable(text) for text in texts])
    cleaned._mutable = False
    return cleaned
