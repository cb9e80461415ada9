"""Forms that save what the person changed, and nothing that others changed meanwhile."""

import hashlib

from django import forms
from django.contrib.auth.forms import AdminPasswordChangeForm, PasswordChangeForm
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from brandstudio.core.models.states import update_as_last_seen


class GuardedModelForm(forms.ModelForm):
    """Saves the changed columns of a row, if the row still is as the form last saw it.

    A plain ModelForm writes every column back as it was read, and so undoes what happened to the
    row meanwhile: a submission, a lost role, the way into the bin.

    GUARD: columns that must hold what they held when the form was made; save() raises WrongState
    otherwise. ALONG: columns that the view sets on the instance, written with any change.
    A page puts `seen` into a hidden field of that name: who edits a text that a colleague saved
    since the page was opened is told, instead of overwriting it unseen.
    """

    GUARD: tuple = ()
    ALONG: tuple = ()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._guarded = {name: getattr(self.instance, name) for name in self.GUARD}
        # Before cleaning writes the new values on the instance.
        self.seen = self._fingerprint()

    def clean(self):
        cleaned = super().clean()
        if self.data.get(self.add_prefix("seen"), self.seen) != self.seen:
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
            if asked := changes or self._guarded:
                update_as_last_seen(self.instance, self._guarded, asked)
            self._save_m2m()
        return self.instance

    def _columns(self):
        return {field.name for field in self.instance._meta.concrete_fields}

    def _fingerprint(self):
        if self.instance._state.adding:
            return ""
        held = [(name, str(self.initial.get(name))) for name in sorted(self.fields)]
        return hashlib.sha256(repr(held).encode()).hexdigest()[:16]


class _PasswordAlone:
    """Writes the new password; Django's own forms write the whole person back, roles and all."""

    def set_password_and_save(self, user, *args, commit=True, **kwargs):
        user = super().set_password_and_save(user, *args, commit=False, **kwargs)
        if commit:
            user.save(update_fields=["password"])
        return user


class OwnPasswordForm(_PasswordAlone, PasswordChangeForm):
    """One's own new password."""


class PersonPasswordForm(_PasswordAlone, AdminPasswordChangeForm):
    """Another person's new password, set by an admin."""
