"""What the queue calls for everybody's sake."""

from brandstudio.core.models import Message
from brandstudio.core.queue import attempt
from brandstudio.core.services import sending


def send_message(message_pk):
    """Send one message out of the studio. Safe to deliver twice."""
    attempt.carry_out(Message.objects.get(pk=message_pk), sending.deliver)
