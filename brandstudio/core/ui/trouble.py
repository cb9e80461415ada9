"""Faults of the disk and the store, and requests that nothing here answers, as pages: what is
wrong, what mends it, and nothing lost.

A person who has filled in a form finds it again: as it stands when htmx sent it, else as a page
that holds what was typed and sends it once more.
"""

import contextlib
import logging
from dataclasses import dataclass
from http import HTTPStatus

from django.contrib.sessions.middleware import SessionMiddleware as DjangoSessionMiddleware
from django.core.files.uploadhandler import SkipFile, TemporaryFileUploadHandler
from django.db import DatabaseError
from django.forms import BaseForm
from django.http import (
    HttpResponse,
    HttpResponseNotAllowed,
    JsonResponse,
    UnreadablePostError,
)
from django.shortcuts import render, resolve_url
from django.utils.text import capfirst
from django.utils.translation import gettext
from redis.exceptions import RedisError

from brandstudio.core.blobs import BlobMissing, disk
from brandstudio.core.input import lengths
from brandstudio.core.input.acts import UnknownAct
from brandstudio.core.input.choices import UnknownChoice
from brandstudio.core.ui.wording import sentences_of

logger = logging.getLogger(__name__)

_NEVER_SHOWN = ("password", "secret")


@dataclass(frozen=True)
class Trouble:
    """What is wrong, for the person who asked."""

    status: HTTPStatus
    title: str
    text: str
    passes: bool = True  # the same request may well be answered later
    rest: tuple[str, ...] = ()  # what else is wrong, a sentence each
    mends: str = ""  # the text of the form that the person may mend at once
    form: BaseForm | None = None  # what was refused, for the words beside what was typed


def trouble_of(error):
    """The Trouble that an exception means; None for a fault of the software."""
    if isinstance(error, BlobMissing):
        return Trouble(
            HTTPStatus.NOT_FOUND,
            gettext("A stored file is missing or damaged"),
            gettext(
                "The stored file of {name} can't be given out: it is missing, or no longer what "
                "was stored. Ask an administrator to run “manage.py verify” and to bring it back "
                "from a backup."
            ).format(name=error.name or gettext("this picture or style")),
        )
    if isinstance(error, RedisError):
        return Trouble(
            HTTPStatus.SERVICE_UNAVAILABLE,
            gettext("The queue does not answer"),
            gettext("It is started again by itself. Wait a minute, then try again."),
        )
    if disk.is_full(error):
        return Trouble(
            HTTPStatus.INSUFFICIENT_STORAGE,
            gettext("The disk of the studio is full"),
            gettext(
                "What was asked could not be kept. Ask an administrator to make room on the disk, "
                "then try again."
            ),
        )
    if isinstance(error, lengths.TooLong):
        return Trouble(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            gettext("Nothing was done: a text is too long"),
            lengths.sentence(error.text, error.longest),
            passes=False,
            mends=error.text,
        )
    if isinstance(error, UnknownAct):
        return Trouble(
            HTTPStatus.BAD_REQUEST,
            gettext("Nothing was done: this page has no such act"),
            gettext(
                "“{act}” is nothing that can be done here. Go back, load the page anew, and press "
                "one of its buttons."
            ).format(act=error.act),
            passes=False,
        )
    if isinstance(error, UnknownChoice):
        return Trouble(
            HTTPStatus.BAD_REQUEST,
            gettext("This address asks for what isn't there"),
            gettext(
                "“{value}” is none of the values that “{name}” takes in this address: {choices}. "
                "Mend the address, or go back and press a link of the page."
            ).format(
                value=error.value, name=error.name, choices=", ".join(filter(None, error.choices))
            ),
            passes=False,
        )
    return None


class TroubleMiddleware:
    """Answers for views that met such a fault; stands before the check of the CSRF token, which
    reads what was sent."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and not response.content:
            return _not_answered(request, response["Allow"])
        return response

    def process_view(self, request, view, args, kwargs):
        if request.method != "POST":
            return None
        with contextlib.suppress(UnreadablePostError):  # nobody is there any more
            request.POST  # noqa: B018 -- read now, while there is somebody to answer for it
        error = getattr(request, "upload_fault", None)
        return answer(request, error) if error else None

    def process_exception(self, request, error):
        return answer(request, error)


class SessionMiddleware(DjangoSessionMiddleware):
    """Django's, which writes to the database after every other middleware has answered."""

    def process_response(self, request, response):
        try:
            return super().process_response(request, response)
        except DatabaseError as error:
            if page := answer(request, error):
                return page
            raise


class UploadHandler(TemporaryFileUploadHandler):
    """Writes each uploaded file to disk. When the disk is full the rest of the form still arrives,
    and `request.upload_fault` says what happened."""

    def new_file(self, *args, **kwargs):
        with self._full_disk():
            super().new_file(*args, **kwargs)

    def receive_data_chunk(self, raw_data, start):
        with self._full_disk():
            super().receive_data_chunk(raw_data, start)

    def file_complete(self, file_size):
        with contextlib.suppress(SkipFile), self._full_disk():
            return super().file_complete(file_size)
        return None

    @contextlib.contextmanager
    def _full_disk(self):
        try:
            yield
        except OSError as error:
            if not disk.is_full(error):
                raise
            self.request.upload_fault = error
            with contextlib.suppress(OSError, AttributeError):
                self.file.close()  # it would try to write once more
            raise SkipFile from error


def answer(request, error):
    """The response for this fault; None where it is no Trouble. The log is told."""
    trouble = trouble_of(error)
    if trouble is None:
        return None
    if trouble.passes:
        logger.error("%s %s: %s", request.method, request.path, error, exc_info=error)
    else:
        logger.warning("%s %s: %s", request.method, request.path, error)
    if request.headers.get("X-Requested-With") == "XMLHttpRequest":
        return JsonResponse({"errors": [trouble.text]}, status=trouble.status)
    if request.headers.get("Sec-Fetch-Dest", "document") not in ("document", "empty", "iframe"):
        # A picture in a page, which shows no text.
        return HttpResponse(trouble.text, content_type="text/plain", status=trouble.status)
    if request.headers.get("HX-Request"):
        return _beside_the_form(request, trouble)
    return _page(request, trouble)


def refused(request, text, back, status=HTTPStatus.UNPROCESSABLE_ENTITY, rest=(), form=None):
    """The answer to an act that was not done: why, with what was typed, and the way back.

    back: a row with a page, or an address. rest: further sentences, where more than one is wrong.
    form: what was refused, for the labels of its fields.
    """
    title = gettext("Nothing was done")
    trouble = Trouble(status, title, text, passes=False, rest=tuple(rest), form=form)
    if request.headers.get("HX-Request"):
        return _beside_the_form(request, trouble)
    return _page(request, trouble, resolve_url(back))


def refused_form(request, form, back):
    """As `refused`, of a form that is not valid and whose page is another: what is wrong with it,
    each sentence with the label of its field."""
    first, *rest = sentences_of(form)
    return refused(request, first, back, rest=rest, form=form)


def _not_answered(request, allowed):
    """The answer to a method that an address does not take. allowed: those that it does."""
    trouble = Trouble(
        HTTPStatus.METHOD_NOT_ALLOWED,
        gettext("This address is no page"),
        gettext(
            "It only does what a button of another page asks of it. Go back and use the page's own "
            "buttons and links."
        ),
        passes=False,
    )
    is_fragment = request.headers.get("HX-Request")
    response = _beside_the_form(request, trouble) if is_fragment else _page(request, trouble)
    response["Allow"] = allowed
    return response


def _beside_the_form(request, trouble):
    """A notice before what htmx would have replaced: that stays, with all that was typed."""
    response = render(request, "_trouble.html", {"trouble": trouble}, status=trouble.status)
    response["HX-Reswap"] = "none" if request.headers.get("HX-PTag") else "beforebegin"
    return response


def _page(request, trouble, back=""):
    fields = _sent(request)
    is_whole = len(fields) == len(set(request.POST) - {"csrfmiddlewaretoken"})
    had_files = bool(request.FILES) or hasattr(request, "upload_fault")
    context = {
        "trouble": trouble,
        "sent": [(name, value) for name, values in fields.items() for value in values],
        "typed": _typed(trouble.form, fields),
        "mended": [
            name
            for name, values in fields.items()
            if trouble.mends and any(_joined(trouble.mends) in _joined(one) for one in values)
        ],
        "is_post": request.method == "POST",
        "back": back or (request.get_full_path() if request.method == "POST" else ""),
        "may_send_again": (trouble.passes or trouble.mends) and is_whole and not had_files,
    }
    try:
        return render(request, "trouble.html", context, status=trouble.status)
    except Exception:  # what the page's frame needs may be out of reach as well
        logger.exception("The page about it could not be made either.")
        lines = [
            trouble.title,
            trouble.text,
            *trouble.rest,
            *(f"{label} {value}".strip() for label, value in context["typed"]),
        ]
        return HttpResponse(
            "\n\n".join(lines), content_type="text/plain; charset=utf-8", status=trouble.status
        )


def _typed(form, fields):
    """[(label, or "" where none is known, value)] of what was sent, for people to read."""
    names = form.fields if form else ()
    labels = {form.add_prefix(name): capfirst(form[name].label) for name in names}
    return [
        (labels.get(name, ""), value)
        for name, values in fields.items()
        for value in values
        if value
    ]


def _joined(text):
    """A text as `lengths.within` was asked about it: blanks around it and ends of lines tell
    nothing."""
    return " ".join(text.split())


def _sent(request):
    """{name: [values]} of what was sent, without what must not be shown."""
    return {
        name: values
        for name, values in request.POST.lists()
        if name != "csrfmiddlewaretoken" and not any(word in name for word in _NEVER_SHOWN)
    }
