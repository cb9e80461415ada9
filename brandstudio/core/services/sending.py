"""Notices that leave the studio: e-mail, and group chats of WeCom, DingTalk and Feishu.

Each chat takes a POST of JSON at an address that is a secret itself; DingTalk and Feishu may
ask for a signature besides. Formats: developer.work.weixin.qq.com/document/path/91770,
open.dingtalk.com (custom robots), open.feishu.cn (custom bots).
"""

import base64
import hashlib
import hmac
import json
import smtplib
import time
import urllib.error
import urllib.request
from urllib.parse import urlencode

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext

from brandstudio.core.models import Message, Notice, Transport
from brandstudio.core.queue import work_queue

# What a whole group wants to know; the rest is said to its person alone.
FOR_GROUPS = {
    "run-finished",
    "run-failed",
    "run-interrupted",
    "styleversion-submitted",
    "prompttemplate-submitted",
    "asset-asked",
    "assets-asked",
    "poster-submitted",
}
PATIENCE = 10  # seconds that a receiver may take to answer


class NotSent(Exception):
    """The receiver refused a message, or there is no way to send it."""


def tell(people, code, url="", **facts):
    """Put a notice before each of these people, and on its way out wherever that is set up."""
    people = list(people)
    with transaction.atomic():
        Notice.objects.bulk_create(
            Notice(person=person, code=code, facts=facts, url=url) for person in people
        )
        outgoing = [
            (Transport.EMAIL, person.email)
            for person in people
            if settings.EMAIL_HOST and person.email_notices and person.email
        ]
        if code in FOR_GROUPS:
            outgoing += [(transport, "") for transport in settings.NOTICE_SECRETS]
        for transport, recipient in outgoing:
            message = Message.objects.create(
                transport=transport, recipient=recipient, code=code, facts=facts, url=url
            )
            work_queue.enqueue_work(message)


def deliver(message):
    """Send a message that this process has claimed; one that does not arrive waits for a while."""
    try:
        send(message)
    except (OSError, ValueError, smtplib.SMTPException, NotSent) as error:
        message.try_later(without_secrets(str(error)))
    else:
        message.finish()


def send(message):
    """Send it now, in the studio's own language. Raises NotSent, OSError or SMTPException."""
    with translation.override(settings.LANGUAGE_CODE):
        sentence = message.sentence
        address = settings.STUDIO_ADDRESS.rstrip("/") + message.url if message.url else ""
        if message.transport == Transport.EMAIL:
            _email(message.recipient, sentence, address)
        else:
            _post(message.transport, "\n".join(filter(None, (sentence, address))))


def _email(recipient, sentence, address):
    why = gettext("You get this because your account asks for notices by e-mail.")
    body = "\n\n".join(filter(None, (sentence, address, why)))
    EmailMessage(subject=" ".join(sentence.split()), body=body, to=[recipient]).send()


def _post(transport, text):
    if transport not in settings.NOTICE_SECRETS:
        raise NotSent(f"{transport} is not set up any more")
    url, secret = settings.NOTICE_SECRETS[transport]
    url, body = _FORMATS[transport](url, secret, text)
    request = urllib.request.Request(
        url,
        data=json.dumps(body, ensure_ascii=False).encode(),
        headers={"Content-Type": "application/json; charset=utf-8"},
    )
    with urllib.request.urlopen(request, timeout=PATIENCE) as response:
        answer = response.read(10_000)
    try:
        reply = json.loads(answer)
        code = reply.get("errcode", reply.get("code", reply.get("StatusCode")))
    except (ValueError, AttributeError):
        raise NotSent(f"{transport} gave an answer that is no JSON") from None
    if code != 0:
        reply_text = reply.get("errmsg") or reply.get("msg") or ""
        raise NotSent(f"{transport} refused it: {code} {reply_text}"[:200])


def _wecom(url, secret, text):
    return url, {"msgtype": "text", "text": {"content": _at_most(text, 2048)}}


def _dingtalk(url, secret, text):
    if secret:
        moment = str(round(time.time() * 1000))
        sign = _signature(secret, f"{moment}\n{secret}")
        url += ("&" if "?" in url else "?") + urlencode({"timestamp": moment, "sign": sign})
    return url, {"msgtype": "text", "text": {"content": text}}


def _feishu(url, secret, text):
    body = {"msg_type": "text", "content": {"text": text}}
    if secret:
        moment = str(int(time.time()))
        # Feishu signs nothing, with a key made of moment and secret.
        body |= {"timestamp": moment, "sign": _signature(f"{moment}\n{secret}", "")}
    return url, body


_FORMATS = {Transport.WECOM: _wecom, Transport.DINGTALK: _dingtalk, Transport.FEISHU: _feishu}


def _signature(key, text):
    return base64.b64encode(hmac.digest(key.encode(), text.encode(), hashlib.sha256)).decode()


def _at_most(text, size):
    """The text cut to so many bytes, never inside a character."""
    return text.encode()[:size].decode(errors="ignore")


def without_secrets(text):
    """An error's words, fit for a log: an address may be in them, and it is a secret."""
    for url, secret in settings.NOTICE_SECRETS.values():
        for hidden in filter(None, (url, secret)):
            text = text.replace(hidden, "…")
    return text[:200]
