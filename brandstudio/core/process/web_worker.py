"""gunicorn's worker, which answers an address that is too long as the studio speaks."""

from html import escape
from http import HTTPStatus

from django.conf import settings
from django.utils.translation import gettext, override
from gunicorn import util
from gunicorn.http.errors import LimitRequestLine
from gunicorn.workers.gthread import ThreadWorker

LONGEST_LINE = 8190  # bytes of a request's first line, the most that gunicorn reads


class StudioWorker(ThreadWorker):
    def handle_error(self, req, client, addr, exc):
        """An answer to what gunicorn could not read: no view sees it."""
        if isinstance(exc, LimitRequestLine):
            util.write_nonblock(client, too_long())
        else:
            super().handle_error(req, client, addr, exc)


def too_long():
    """The bytes of the answer to such an address, in each language: nobody knows the reader's."""
    parts = []
    for code, _name in settings.LANGUAGES:
        with override(code):
            title = gettext("This address is too long")
            text = gettext(
                "It has more than {most} characters as browsers send it, each Chinese one counting "
                "nine. Go back, and search for fewer words or choose fewer things at once."
            ).format(most=LONGEST_LINE)
        parts.append(
            f'<section lang="{code}"><h1>{escape(title)}</h1><p>{escape(text)}</p></section>'
        )
    page = (
        '<!DOCTYPE html><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(settings.STUDIO_NAME)}</title>{''.join(parts)}"
    ).encode()
    status = HTTPStatus.REQUEST_URI_TOO_LONG
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\nConnection: close\r\n"
        f"Content-Type: text/html; charset=utf-8\r\nContent-Length: {len(page)}\r\n\r\n"
    )
    return head.encode() + page
