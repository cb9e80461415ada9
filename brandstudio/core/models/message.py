from datetime import timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from brandstudio.core import notices

from .work import Work, WorkQuerySet


class Transport(models.TextChoices):
    EMAIL = "email", _("e-mail")
    WECOM = "wecom", _("WeCom")
    DINGTALK = "dingtalk", _("DingTalk")
    FEISHU = "feishu", _("Feishu")


class MessageState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    FAILED = "failed", _("failed")


# Before each further try; a receiver that is away for an hour still gets it.
PAUSES = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60)]


class Message(Work):
    """A notice on its way out of the studio: one e-mail, or one line in a group chat.

    Neither addresses nor secrets of group chats are kept here: the settings hold them.
    """

    WAITING = (MessageState.WAITING,)
    HELD = (MessageState.SENDING,)
    QUEUE = "background"
    JOB = "brandstudio.core.jobs.send_message"

    transport = models.CharField(max_length=10, choices=Transport)
    recipient = models.EmailField(blank=True)
    code = models.CharField(max_length=60)
    facts = models.JSONField(default=dict, blank=True)
    url = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=10, choices=MessageState, default=MessageState.WAITING)
    made_at = models.DateTimeField(auto_now_add=True)

    objects = WorkQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["-made_at", "-pk"]

    def __str__(self):
        return f"{self.code} → {self.get_transport_display()} {self.recipient}"

    @property
    def sentence(self):
        return notices.sentence(self.code, self.facts)

    def start(self, worker):
        self.claim(MessageState.SENDING, worker)

    def finish(self):
        self._release(MessageState.SENT, sources=self.HELD)

    def fail(self, code, **facts):
        self._release(
            MessageState.FAILED, sources=self.HELD, why=code, problem=code, problem_facts=facts
        )

    def requeue(self, why="", by=None):
        """Its worker or its job is gone."""
        self._queue_again(MessageState.WAITING, sources=(*self.WAITING, *self.HELD), by=by, why=why)

    def try_later(self, reason):
        """It did not arrive: wait and try again, until there were enough tries."""
        if self.attempt >= len(PAUSES):
            self.fail("message-not-sent", reason=reason)
            return
        self._queue_again(
            MessageState.WAITING,
            sources=self.HELD,
            why=reason,
            queued_at=timezone.now() + PAUSES[self.attempt],
        )
