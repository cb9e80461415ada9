from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class SignInAttempt(models.Model):
    """Somebody tried to sign in. Kept for some weeks (`sign_in.forget_old`), never with a password.

    `account` is a keyed hash of the name as it was typed: where nobody is called so, it may be a
    password that went into the wrong field.
    """

    at = models.DateTimeField(_("when"), auto_now_add=True, db_index=True)
    account = models.CharField(max_length=64)
    address = models.CharField(_("address"), max_length=45, blank=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+"
    )
    succeeded = models.BooleanField(_("signed in"), default=False)

    class Meta:
        verbose_name = _("sign-in")
        verbose_name_plural = _("sign-ins")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["account", "-at"])]

    def __str__(self):
        return f"{self.person or '?'} @ {self.address}"
