"""How often a password may be guessed, and the record of those who tried.

Two counts, both of one account, so that nobody locks out a team behind one proxy. From one address:
after five wrong passwords each further one waits, from half a minute to a quarter of an hour. From
all addresses together: after thirty in an hour a guess a minute is let through, except from where
the person has signed in lately, so that strangers can't keep them out.
"""

import ipaddress
import logging
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from brandstudio.core.models import SignInAttempt, User

FREE_GUESSES = 5  # wrong passwords from one address without a wait
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)
FREE_GUESSES_OF_ALL = 30  # … from all addresses, in REMEMBERED
WAIT_OF_ALL = timedelta(minutes=1)
REMEMBERED = timedelta(hours=1)  # that a wrong password counts
KNOWN_PLACE = timedelta(days=30)  # that an address one signed in from is known for
KEPT_DAYS = 90  # of the record

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class TooManyGuesses(Exception):
    """No password is looked at before `until`."""

    until: datetime


def begin(username, address):
    """Write down that somebody tries, before the password is looked at. Returns the attempt.

    It counts as failed until `succeed` is called, so that guesses made at once count as well.
    Raises TooManyGuesses; such a try is not written down, and makes nobody wait longer.
    """
    account = account_of(username)
    with transaction.atomic():
        if until := _wait_until(account, address):
            logger.warning("Sign-in refused, too many tries: %s from %s", _name(username), address)
            raise TooManyGuesses(until)
        person = User.objects.named(username)
        return SignInAttempt.objects.create(account=account, address=address, person=person)


def succeed(attempt):
    """The password was right."""
    SignInAttempt.objects.filter(pk=attempt.pk).update(succeeded=True)


def fail(attempt, username):
    """The password was wrong; the attempt says so already, the log does now."""
    logger.warning("Sign-in failed: %s from %s", _name(username), attempt.address)


def forget_old():
    """Remove what is older than KEPT_DAYS."""
    before = timezone.now() - timedelta(days=KEPT_DAYS)
    SignInAttempt.objects.filter(at__lt=before).delete()


def account_of(username):
    """What the attempts at one account share, however its name is written."""
    name = unicodedata.normalize("NFKC", username).casefold()
    return salted_hmac("brandstudio.sign_in", name, algorithm="sha256").hexdigest()


def address_of(request):
    """Where a request comes from, as one address; the network of an IPv6 one.

    Headers of a proxy are believed only as far as settings.PROXIES says there are proxies.
    """
    text = request.META.get("REMOTE_ADDR", "")
    if settings.PROXIES:
        hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
        text = hops[-min(settings.PROXIES, len(hops))].strip() or text
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return ""
    if address.version == 4:
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    # Each customer has a network of 2⁶⁴ addresses to guess from.
    return str(ipaddress.ip_network((address, 64), strict=False).network_address)


def _wait_until(account, address):
    """When the next guess at the account is looked at; None for at once."""
    now = timezone.now()
    attempts = SignInAttempt.objects.filter(account=account)
    here = attempts.filter(address=address)
    last_success = here.filter(succeeded=True).values_list("at", flat=True).first()
    failed = attempts.filter(succeeded=False, at__gt=now - REMEMBERED)
    failed_here = failed.filter(address=address)
    if last_success:
        failed_here = failed_here.filter(at__gt=last_success)
    untils = [_after(list(failed_here.values_list("at", flat=True)))]
    if not (last_success and last_success > now - KNOWN_PLACE):
        untils.append(_after_all(list(failed.values_list("at", flat=True))))
    return max((until for until in untils if until and until > now), default=None)


def _after(moments):
    """moments: of the wrong passwords from one address, newest first."""
    beyond = len(moments) - FREE_GUESSES
    if beyond < 0:
        return None
    return moments[0] + min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(beyond, 10))


def _after_all(moments):
    return moments[0] + WAIT_OF_ALL if len(moments) >= FREE_GUESSES_OF_ALL else None


def _name(username):
    """A name for the log: only one that somebody has, for others may be passwords."""
    account = User.objects.named(username)
    return repr(username) if account else "an unknown name"
