"""Notices on their way out: real sockets on this machine stand for mail server and group chats."""

import base64
import hashlib
import hmac
import json
import socket
import threading
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from aiosmtpd.controller import Controller
from django.utils import timezone
from django.views.debug import SafeExceptionReporterFilter

from brandstudio.core import jobs
from brandstudio.core.models import Message, MessageState, Notice, Transport
from brandstudio.core.models.message import PAUSES
from brandstudio.core.queue import reconcile
from brandstudio.core.services import sending

pytestmark = pytest.mark.django_db(transaction=True)

SECRET = "SEC-not-to-be-seen"
ANSWERS = {"wecom": {"errcode": 0}, "dingtalk": {"errcode": 0}, "feishu": {"code": 0}}


class Chats(ThreadingHTTPServer):
    """Keeps what was posted; answers as the three chats do, or as `answer` says."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.posted = []
        self.answer = None

    def address(self, way):
        return f"http://127.0.0.1:{self.server_port}/{way}?key=also-a-secret"


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        way = urlsplit(self.path).path.strip("/")
        self.server.posted.append((way, parse_qs(urlsplit(self.path).query), body))
        status, answer = self.server.answer or (200, ANSWERS[way])
        content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args):
        pass


@pytest.fixture
def chats(settings):
    server = Chats()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    settings.NOTICE_SECRETS = {
        "wecom": (server.address("wecom"), ""),
        "dingtalk": (server.address("dingtalk"), SECRET),
        "feishu": (server.address("feishu"), SECRET),
    }
    settings.STUDIO_ADDRESS = "https://studio.example"
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


class Mailbox:
    def __init__(self):
        self.letters = []

    async def handle_DATA(self, server, session, envelope):
        letter = message_from_bytes(envelope.content, policy=policy.default)
        self.letters.append((envelope.rcpt_tos, letter))
        return "250 OK"


@pytest.fixture
def mailbox(settings):
    box = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = port
    settings.STUDIO_ADDRESS = "https://studio.example"
    yield box
    controller.stop()


def send_all():
    for message in Message.objects.waiting().order_by("pk"):
        jobs.send_message(message.pk)


def test_each_chat_gets_its_own_form_once(chats, queue_redis, make_user):
    people = [make_user(name) for name in ("lin", "mei")]

    sending.tell(people, "run-finished", url="/runs/7/", name="骑楼")
    send_all()

    assert Notice.objects.count() == 2
    text = "训练“骑楼”已完成。\nhttps://studio.example/runs/7/"
    by_way = {way: (query, body) for way, query, body in chats.posted}
    assert len(chats.posted) == 3
    assert by_way["wecom"][1] == {"msgtype": "text", "text": {"content": text}}
    assert by_way["dingtalk"][1] == {"msgtype": "text", "text": {"content": text}}
    assert by_way["feishu"][1]["msg_type"] == "text"
    assert by_way["feishu"][1]["content"] == {"text": text}
    assert set(Message.objects.values_list("state", flat=True)) == {MessageState.SENT}


def test_signatures_are_those_the_chats_check(chats, queue_redis, designer):
    sending.tell([designer], "run-finished", name="骑楼")
    send_all()

    by_way = {way: (query, body) for way, query, body in chats.posted}
    query = by_way["dingtalk"][0]
    text = f"{query['timestamp'][0]}\n{SECRET}"
    digest = hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).digest()
    assert query["sign"] == [base64.b64encode(digest).decode()]
    assert len(query["timestamp"][0]) == 13
    body = by_way["feishu"][1]
    digest = hmac.new(f"{body['timestamp']}\n{SECRET}".encode(), b"", hashlib.sha256).digest()
    assert body["sign"] == base64.b64encode(digest).decode()
    assert len(body["timestamp"]) == 10


def test_private_notice_goes_to_no_group(chats, queue_redis, designer):
    sending.tell([designer], "asset-declined", name="骑楼", reason="太暗")

    assert Message.objects.count() == 0


def test_long_sentence_is_cut_inside_no_character(chats, queue_redis, designer):
    sending.tell([designer], "run-finished", name="楼" * 1500)
    send_all()

    (text,) = [body["text"]["content"] for way, _q, body in chats.posted if way == "wecom"]
    assert 2045 <= len(text.encode()) <= 2048


@pytest.mark.parametrize(
    "answer",
    [
        (500, b"upstream"),
        (200, b"no json"),
        (200, {"errcode": 93000, "errmsg": "invalid webhook url, also-a-secret"}),
    ],
)
def test_receiver_that_refuses_is_tried_again_later(chats, queue_redis, designer, settings, answer):
    settings.NOTICE_SECRETS = {"wecom": settings.NOTICE_SECRETS["wecom"]}
    chats.answer = answer
    sending.tell([designer], "run-finished", name="骑楼")

    send_all()

    message = Message.objects.get()
    assert message.state == MessageState.WAITING
    assert message.queued_at > timezone.now()
    assert reconcile.reconcile() == []  # its time has not come
    chats.answer = None
    Message.objects.update(queued_at="2020-01-01T00:00Z")
    assert reconcile.reconcile() == [message.job_id]
    send_all()
    message.refresh_from_db()
    assert message.state == MessageState.SENT


def test_receiver_that_is_gone_is_given_up_without_telling_secrets(
    chats, queue_redis, designer, settings, caplog
):
    settings.NOTICE_SECRETS = {"dingtalk": ("http://127.0.0.1:9/robot?token=hidden", SECRET)}
    sending.tell([designer], "run-finished", name="骑楼")

    for _ in range(len(PAUSES) + 1):
        send_all()

    message = Message.objects.get()
    assert (message.state, message.problem) == (MessageState.FAILED, "message-not-sent")
    told = json.dumps(message.problem_facts) + caplog.text
    assert "hidden" not in told
    assert SECRET not in told


def test_wrong_address_is_no_crash_and_stays_hidden(queue_redis, designer, settings):
    settings.NOTICE_SECRETS = {"wecom": ("nonsense-with-key", "")}
    sending.tell([designer], "run-finished", name="骑楼")

    send_all()

    assert Message.objects.get().state == MessageState.WAITING


def test_mail_goes_to_those_who_asked_for_it(mailbox, queue_redis, make_user):
    asked = make_user("lin", email="lin@studio.example", email_notices=True)
    silent = make_user("mei", email="mei@studio.example")
    nowhere = make_user("wong", email_notices=True)

    sending.tell([asked, silent, nowhere], "run-failed", url="/runs/7/", name="骑楼")
    send_all()

    ((recipients, letter),) = mailbox.letters
    assert recipients == ["lin@studio.example"]
    assert "骑楼" in letter["Subject"]
    assert "https://studio.example/runs/7/" in letter.get_content()


def test_name_with_line_breaks_makes_no_second_header(mailbox, queue_redis, make_user):
    person = make_user("lin", email="lin@studio.example", email_notices=True)

    sending.tell([person], "run-failed", name="x\nBcc: other@example.org")
    send_all()

    ((recipients, letter),) = mailbox.letters
    assert recipients == ["lin@studio.example"]
    assert letter["Bcc"] is None


def test_worker_sends_and_nobody_waits_for_it(chats, queue_redis, designer, start_worker, wait_for):
    sending.tell([designer], "run-finished", name="骑楼")
    before = list(chats.posted)

    start_worker("background", WECOM_WEBHOOK=chats.address("wecom"))

    wait_for(
        lambda: Message.objects.filter(transport=Transport.WECOM, state=MessageState.SENT).exists()
    )
    assert before == []
    assert "wecom" in [way for way, _query, _body in chats.posted]


def test_settings_page_of_an_error_hides_the_addresses(settings):
    shown = SafeExceptionReporterFilter().get_safe_settings()

    assert shown["NOTICE_SECRETS"] == SafeExceptionReporterFilter.cleansed_substitute
