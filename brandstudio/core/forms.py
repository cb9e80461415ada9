"""Forms that save what the person changed, and nothing that others changed meanwhile."""

import hashlib
from datetime import datetime, timedelta

from django import forms
from django.contrib.auth.forms import (
    AdminPasswordChangeForm,
    AuthenticationForm,
    PasswordChangeForm,
    SetPasswordForm,
    SetPasswordMixin,
)
from django.core.validators import MinValueValidator
from django.db import transaction
from django.forms.utils import from_current_timezone
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from brandstudio.core.access import demo_accounts, exposure, sign_in
from brandstudio.core.input import reasons, territories
from brandstudio.core.models.audit import AuditEntry
from brandstudio.core.models.limits import Use
from brandstudio.core.models.rights import RIGHTS, end_of_day, tellable
from brandstudio.core.models.states import update_as_last_seen


def _take_least(field, least):
    """Let a field of numbers refuse what its column refuses, in one sentence."""
    if isinstance(field, forms.IntegerField) and least is not None:
        field.min_value = least
        field.widget.attrs["min"] = least
        others = [one for one in field.validators if not isinstance(one, MinValueValidator)]
        field.validators = [*others, MinValueValidator(least)]


class GuardedModelForm(forms.ModelForm):
    """Saves the changed columns of a row, if the row still is as the form last saw it.

    A plain ModelForm writes every column back as it was read, and so undoes what happened to the
    row meanwhile: a submission, a lost role, the way into the bin.

    GUARD: columns that must hold what they held when the form was made; save() raises WrongState
    otherwise. ALONG: columns that the view sets on the instance, written with any change.
    A page puts `fingerprint` into a hidden field, `seen`: who edits a text that a colleague saved
    since the page was opened is told, instead of overwriting it unseen.
    """

    GUARD: tuple = ()
    ALONG: tuple = ()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            _take_least(field, self._least_of(name))
        self._guarded = {name: getattr(self.instance, name) for name in self.GUARD}
        # Before cleaning writes the new values on the instance.
        self.fingerprint = self._fingerprint()

    def _least_of(self, name):
        """The least number that the model's column of this name takes; None without one."""
        column = next((one for one in self._meta.model._meta.fields if one.name == name), None)
        limits = [v for v in (column.validators if column else ()) if type(v) is MinValueValidator]
        return max((v.limit_value for v in limits), default=None)

    def clean(self):
        cleaned = super().clean()
        if self.data.get(self.add_prefix("seen"), self.fingerprint) != self.fingerprint:
            raise forms.ValidationError(
                _(
                    "A colleague saved this since you opened it. Look at their words in another "
                    "tab; saving again puts yours in their place."
                ),
                code="changed-meanwhile",
            )
        return cleaned

    @transaction.atomic
    def save(self, commit=True):
        """The row, saved. Raises WrongState, with nothing written, if it moved on meanwhile."""
        if self.instance._state.adding or not commit:
            return super().save(commit)
        if self.errors:
            raise ValueError("A form with errors can't be saved.")
        if self.changed_data:
            columns = [name for name in self.changed_data if name in self._columns()]
            changes = {name: getattr(self.instance, name) for name in (*columns, *self.ALONG)}
            if assignments := changes or self._guarded:
                update_as_last_seen(self.instance, self._guarded, assignments)
            self._save_m2m()
        return self.instance

    def _columns(self):
        return {field.name for field in self.instance._meta.concrete_fields}

    def _fingerprint(self):
        if self.instance._state.adding:
            return ""
        values = [(name, str(self.initial.get(name))) for name in sorted(self.fields)]
        return hashlib.sha256(repr(values).encode()).hexdigest()[:16]


class ExpiryWidget(forms.SplitDateTimeWidget):
    """A day, and a time of it if need be."""

    use_fieldset = True

    def __init__(self):
        super().__init__(
            date_attrs={"type": "date", "aria-label": _("day")},
            time_attrs={"type": "time", "aria-label": _("time, if not the end of the day")},
            date_format="%Y-%m-%d",
            time_format="%H:%M",
        )

    def decompress(self, value):
        day, time = super().decompress(value)
        if time and (time.hour, time.minute, time.second) == (0, 0, 0):
            return [day - timedelta(days=1), None]
        return [day, time]


class ExpiryField(forms.SplitDateTimeField):
    """The moment at which rights end: of a day alone its end, in the studio's time zone."""

    widget = ExpiryWidget

    def __init__(self, **options):
        super().__init__(require_all_fields=False, **{"required": False, **options})
        for field in self.fields:
            field.required = False

    def compress(self, data_list):
        day, time = [*data_list, None, None][:2]
        if day is None and time is None:
            return None
        if day is None:
            raise forms.ValidationError(_("Choose the day, too."))
        if time is None:
            return end_of_day(day)
        return from_current_timezone(datetime.combine(tellable(day), time))


class UsesField(forms.MultipleChoiceField):
    """Allowed uses, as `WithRights.uses` keeps them; cleans to text with blanks between."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **options):
        super().__init__(choices=Use.choices, required=False, **options)

    def prepare_value(self, value):
        return value.split() if isinstance(value, str) else value

    def clean(self, value):
        return " ".join(super().clean(value))

    def has_changed(self, initial, data):
        return super().has_changed((initial or "").split(), data)


PLACES_HELP = _("Places with commas between them, such as: Chinese mainland, Hong Kong.")


class RightsFields(GuardedModelForm):
    """Whose a picture is, for what and until when; for any model that has rights."""

    rights_expire_at = ExpiryField(
        label=_("Rights expire"),
        help_text=_("Without a time: at the end of that day. From that minute on nothing leaves."),
    )
    uses = UsesField(label=_("Allowed uses"), help_text=_("None chosen: nobody limited them."))
    widened_why = forms.CharField(
        label=_("Why uses, territory or terms in words reach further now"),
        help_text=_(
            "Needed where something that was made of it is approved or has left the studio."
        ),
        max_length=reasons.LONGEST,
        required=False,
    )

    class Meta:
        fields: tuple[str, ...] = RIGHTS

    def __init__(self, *args, person, **kwargs):
        """person: who notes them; admins alone may widen what others rely on."""
        super().__init__(*args, **kwargs)
        if not person.is_brand_admin:
            del self.fields["widened_why"]
        self.fields["rights_holder"].required = True
        help_text = _(
            "Places with commas between them, such as: Chinese mainland, Hong Kong. Empty: nobody "
            "limited it."
        )
        self.fields["territory"].help_text = f"{help_text} {territories.known()}"

    @property
    def why(self):
        """An admin's reason to widen what limits the rights; "" for none."""
        return reasons.in_one_line(self.cleaned_data.get("widened_why", ""))

    @property
    def ended_note(self):
        """What the person should know of an end that is past already; "" for any other."""
        until = self.cleaned_data.get("rights_expire_at")
        if until is None or until > timezone.now() or "rights_expire_at" not in self.changed_data:
            return ""
        day = date_format(timezone.localtime(until - timedelta(seconds=1)), "SHORT_DATE_FORMAT")
        return _(
            "These rights ended on %(day)s already: nothing new is made of what has them, and what "
            "was made of it is held until an admin decides. Look whether the day is right."
        ) % {"day": day}


class _PasswordAlone(SetPasswordMixin):
    """Writes the new password; Django's own forms write the whole person back, roles and all."""

    def set_password_and_save(self, user, *args, commit=True, **kwargs):
        user = super().set_password_and_save(user, *args, commit=False, **kwargs)
        if commit:
            user.save(update_fields=["password"])
        return user


class OwnPasswordForm(_PasswordAlone, PasswordChangeForm):
    """One's own new password; that it was set is written down."""

    def set_password_and_save(self, user, *args, commit=True, **kwargs):
        with transaction.atomic():
            user = super().set_password_and_save(user, *args, commit=commit, **kwargs)
            if commit:
                AuditEntry.objects.record(user, "", "password set", by=user)
        return user


class FirstPasswordForm(_PasswordAlone, SetPasswordForm):
    """The first admin's password. Raises WrongState when the link was used a moment ago."""

    def set_password_and_save(self, user, *args, commit=True, **kwargs):
        before = user.password
        user = super().set_password_and_save(user, *args, commit=False, **kwargs)
        update_as_last_seen(user, {"password": before}, {"password": user.password})
        return user


class PersonPasswordForm(_PasswordAlone, AdminPasswordChangeForm):
    """Another person's new password, set by an admin."""


class SignInForm(AuthenticationForm):
    """Name and password; the one door, for the site and for the admin's pages.

    until: when the next password is looked at, after too many wrong ones; else None.
    """

    until = None
    error_messages = AuthenticationForm.error_messages | {
        "invalid_login": _(
            "Name and password do not go together. Capital letters count in the password, not in "
            "the name."
        )
    }
    demo_elsewhere = _(
        "The demo's password opens this studio on its own machine only. Ask a brand admin for an "
        "account."
    )
    too_many = _(
        "Too many wrong passwords for this account. The next one is looked at from %(time)s on; "
        "a brand admin can give you a new one."
    )

    def clean(self):
        username, password = (self.cleaned_data.get(name) for name in ("username", "password"))
        if not username or not password:
            return super().clean()
        try:
            attempt = sign_in.begin(username, sign_in.address_of(self.request))
        except sign_in.TooManyGuesses as wait:
            self.until = wait.until
            time = date_format(timezone.localtime(wait.until), "H:i:s")
            raise forms.ValidationError(self.too_many % {"time": time}, code="wait") from None
        try:
            self._refuse_demo_elsewhere(password)
            cleaned = super().clean()
        except forms.ValidationError:
            sign_in.fail(attempt, username)
            raise
        sign_in.succeed(attempt)
        return cleaned

    def _refuse_demo_elsewhere(self, password):
        is_here = exposure.is_local_only() and exposure.comes_from_here(self.request)
        if password == demo_accounts.PASSWORD and not is_here:
            raise forms.ValidationError(self.demo_elsewhere, code="demo")
