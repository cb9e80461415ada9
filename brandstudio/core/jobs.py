"""What the queue calls for everybody's sake."""

import smtplib

from brandstudio.core.models import Message, WrongState
from brandstudio.core.queue import lease
from brandstudio.core.services import sending


def send_message(message_pk):
    """Send one message out of the studio. Safe to deliver twice."""
    message = Message.objects.get(pk=message_pk)
    try:
        message.start(worker=lease.this_worker())
        with lease.renewing(message):
            sending.send(message)
        message.finish()
    except WrongState:
        return
    except (OSError, ValueError, smtplib.SMTPException, sending.NotSent) as error:
        message.try_later(sending.without_secrets(str(error)))
