"""An address that is too long gets the studio's own answer."""

import socket

from django.urls import reverse
from gunicorn.http.errors import LimitRequestLine

from brandstudio.core.process import programs
from brandstudio.core.process.web_worker import LONGEST_LINE, StudioWorker

ARTICLE = "岭南" * 225


def answer_to(error):
    """What a browser gets whose request gunicorn could not read."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        StudioWorker.__new__(StudioWorker).handle_error(None, ours, None, error)
        ours.shutdown(socket.SHUT_WR)
        return theirs.makefile("rb").read().decode()


def test_address_that_is_too_long_is_answered_in_both_languages():
    head, page = answer_to(LimitRequestLine(9000, LONGEST_LINE)).split("\r\n\r\n")

    assert head.startswith("HTTP/1.1 414 ")
    assert f"Content-Length: {len(page.encode())}" in head
    assert '<section lang="en"><h1>This address is too long</h1>' in page
    assert '<section lang="zh-hans"><h1>这个地址太长</h1>' in page
    assert "URI Too Long" not in page


def test_web_process_reads_addresses_as_long_as_gunicorn_can():
    command = programs.web_program().command

    assert command[command.index("--limit-request-line") + 1] == str(LONGEST_LINE)
    assert len(reverse("gallery:pack-list")) + len("?q=") + 9 * len(ARTICLE) < LONGEST_LINE
    assert f"{StudioWorker.__module__}.{StudioWorker.__name__}" in command
