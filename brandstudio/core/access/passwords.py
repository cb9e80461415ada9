"""What a password must be, in words of our own where Django's are in English only."""

from django.contrib.auth.password_validation import MinimumLengthValidator
from django.utils.translation import ngettext


class LongEnough(MinimumLengthValidator):
    """Refuses a password of fewer than `min_length` characters."""

    def get_error_message(self):
        return ngettext(
            "This password is too short: it needs %(n)d character or more.",
            "This password is too short: it needs %(n)d characters or more.",
            self.min_length,
        ) % {"n": self.min_length}
