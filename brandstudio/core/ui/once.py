"""A form that is sent twice, by a double click or an impatient reload, makes one thing."""

import hashlib
import json
import secrets
import time
from datetime import timedelta
from functools import wraps

from django.utils import timezone

from brandstudio.core.models import SentForm
from brandstudio.core.ui.redirects import led_to

FIELD = "sent_as"  # the hidden field that {% post_form once=True %} draws
KEPT = timedelta(days=1)
PATIENCE = timedelta(minutes=2)  # with a first sending that has not answered


def new_token():
    """What tells one drawing of a form from the next."""
    return secrets.token_hex(8)


def made_once(view):
    """Around a view whose POST makes something: the same form sent again is led to what it made.

    Of two at once the second waits for the first. A form that was refused, or whose words were
    changed since, is judged anew; one without a token always is.
    """

    @wraps(view)
    def wrapper(request, *args, **kwargs):
        if request.method != "POST" or FIELD not in request.POST:
            return view(request, *args, **kwargs)
        sent = _claimed(_key(request))
        if sent.address:
            return led_to(request, sent.address)
        try:
            answer = view(request, *args, **kwargs)
        except BaseException:
            sent.delete()
            raise
        sent.address = answer.headers.get("Location") or answer.headers.get("HX-Redirect", "")
        if sent.address:
            sent.save(update_fields=["address"])
        else:
            sent.delete()
        return answer

    return wrapper


def _claimed(key):
    """The row of a form: ours to work on, or with the address that its first sending led to.

    No transaction is held meanwhile, since a form may bring a file that takes long to read.
    """
    while True:
        sent, is_first = SentForm.objects.get_or_create(key=key)
        if is_first or sent.address:
            return sent
        now = timezone.now()
        died = SentForm.objects.filter(pk=sent.pk, address="", at__lt=now - PATIENCE)
        if died.update(at=now):  # with its process; of several who wait one takes over
            return sent
        time.sleep(0.1)


def _key(request):
    """SHA-256 of the person, the address and all that was sent."""
    fields = {
        name: values for name, values in request.POST.lists() if name != "csrfmiddlewaretoken"
    }
    files = [
        (name, file.name, file.size) for name, several in request.FILES.lists() for file in several
    ]
    sent = [request.user.pk, request.path, sorted(fields.items()), files]
    return hashlib.sha256(json.dumps(sent).encode()).hexdigest()


def forget_old():
    """Remove what is older than KEPT."""
    SentForm.objects.filter(at__lt=timezone.now() - KEPT).delete()
