from functools import wraps

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import UserAdmin
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from django_rq.admin import QueueAdmin
from django_rq.models import Dashboard

from brandstudio.core.forms import PersonPasswordForm
from brandstudio.core.models import (
    AuditEntry,
    GlossaryTerm,
    Message,
    SignInAttempt,
    User,
    Vehicle,
    VehicleColour,
)
from brandstudio.core.ui.trouble import trouble_of


class ChangedOnly(admin.ModelAdmin):
    """Saves the columns that were changed on the page, as GuardedModelForm does, and writes down
    who changed what from what to what; why, where the form has a field `reason`.

    always_noted: columns that the history needs, whichever of the row's were changed."""

    always_noted: tuple[str, ...] = ()

    def save_model(self, request, obj, form, change):
        columns = {field.name for field in obj._meta.concrete_fields}
        with transaction.atomic():
            if change:
                obj.save(update_fields=[name for name in form.changed_data if name in columns])
            else:
                super().save_model(request, obj, form, change)
            _note_change(request.user, obj, form, self.always_noted, is_new=not change)

    def save_formset(self, request, form, formset, change):
        """The rows of an inline, each with its entry in the history of the row of the page."""
        with transaction.atomic():
            for one in formset.deleted_forms:
                _note_removal(request.user, form.instance, one.instance)
            super().save_formset(request, form, formset, change)
            for one in formset.forms:
                if one.has_changed() and one not in formset.deleted_forms:
                    is_new = one in formset.extra_forms
                    _note_change(request.user, one.instance, one, is_new=is_new, of=form.instance)

    def delete_model(self, request, obj):
        with transaction.atomic():
            _note_removal(request.user, obj, obj)
            super().delete_model(request, obj)

    def delete_queryset(self, request, queryset):
        with transaction.atomic():
            for row in queryset:
                _note_removal(request.user, row, row)
            super().delete_queryset(request, queryset)


def _note_removal(by, row, removed):
    """The audit entry, about a row, of one that is deleted: itself, or one of its inline's."""
    if removed.pk is not None:
        facts = {"kind": removed._meta.model_name, "name": str(removed)}
        AuditEntry.objects.record(row, "", "deleted", by=by, **facts)


def _note_change(by, row, form, always=(), *, is_new, of=None):
    """The audit entry of a form that was saved, the columns before and after by their names.

    of: the row that it is about, where the form's is one of its inline's.
    """
    own = {field.name for field in (*row._meta.concrete_fields, *row._meta.many_to_many)}
    changed = own.intersection(form.changed_data)
    if not changed:
        return
    names = sorted(changed.union(always))
    after = {name: _as_text(form.cleaned_data[name]) for name in names}
    facts: dict[str, object] = {"after": after}
    if not is_new:
        facts["before"] = {name: _as_text(form.initial.get(name)) for name in names}
    steps = ("", "added") if is_new else ("changed", "changed")
    why = form.cleaned_data.get("reason", "")
    if of is not None:
        facts |= {"kind": row._meta.model_name, "name": str(row)}
    AuditEntry.objects.record(of or row, *steps, by=by, why=why, **facts)


def _as_text(value):
    """A value of a form's field, or several rows by their names, as an audit entry keeps it."""
    if isinstance(value, (list, models.QuerySet)):
        return ", ".join(sorted(str(row) for row in value))
    return "" if value is None else str(value)


_POWERS = ("is_superuser", "groups", "user_permissions")


@admin.register(User)
class PersonAdmin(ChangedOnly, UserAdmin):
    change_password_form = PersonPasswordForm
    list_display = ["username", "shown_name", "is_designer", "is_marketer", "is_brand_admin"]
    fieldsets = (
        *UserAdmin.fieldsets,
        (
            _("Roles in the studio"),
            {
                "fields": [
                    "is_designer",
                    "is_marketer",
                    "is_brand_admin",
                    "may_write_prompts",
                    "may_leave_band",
                    "email_notices",
                ]
            },
        ),
    )

    def get_fieldsets(self, request, obj=None):
        """Nobody gives powers beyond the roles, to themselves for one, but a superuser."""
        hidden = () if request.user.is_superuser else _POWERS
        return [
            (title, {**part, "fields": [name for name in part["fields"] if name not in hidden]})
            for title, part in super().get_fieldsets(request, obj)
        ]

    def user_change_password(self, request, id, form_url=""):
        """As Django's own; that a password was set, or none is taken any more, is written down."""
        with transaction.atomic():
            before = self.get_object(request, unquote(id))
            response = super().user_change_password(request, id, form_url)
            after = User.objects.filter(pk=before.pk).first() if before else None
            if after and after.password != before.password:
                target = "password set" if after.has_usable_password() else "password taken away"
                AuditEntry.objects.record(after, "", target, by=request.user)
        return response

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and _may_touch(request.user, obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and _may_touch(request.user, obj)


def _may_touch(person, account):
    """Whether this person may change or delete it: who sets a superuser's password is one."""
    return person.is_superuser or account is None or not account.is_superuser


@admin.register(AuditEntry)
class AuditEntryAdmin(admin.ModelAdmin):
    list_display = ["at", "actor", "subject_kind", "subject_id", "source", "target", "why"]
    list_filter = ["subject_kind", "target"]
    list_select_related = ["actor"]

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(SignInAttempt)
class SignInAttemptAdmin(AuditEntryAdmin):
    list_display = ["at", "person", "address", "succeeded"]
    list_filter = ["succeeded"]
    list_select_related = ["person"]


@admin.register(Message)
class MessageAdmin(admin.ModelAdmin):
    list_display = [
        "made_at",
        "transport",
        "recipient",
        "code",
        "state",
        "attempt",
        "problem_facts",
    ]
    list_filter = ["state", "transport"]

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False


@admin.register(GlossaryTerm)
class GlossaryTermAdmin(ChangedOnly, admin.ModelAdmin):
    """The brand's own words."""

    always_noted = ("term", "phrase")


class VehicleColourInline(admin.TabularInline):
    model = VehicleColour
    extra = 1


@admin.register(Vehicle)
class VehicleAdmin(ChangedOnly, admin.ModelAdmin):
    """A vehicle with its colours, which slots of templates may be held to."""

    inlines = (VehicleColourInline,)


def _with_the_right(view):
    @wraps(view)
    def guarded(request, *args, **kwargs):
        if request.user.is_staff and not request.user.has_perm("django_rq.admin"):
            raise PermissionDenied
        try:
            return view(request, *args, **kwargs)
        except Exception as error:
            if isinstance(error, PermissionDenied) or trouble_of(error):
                raise
            raise Http404 from error  # a job or worker that is not there (any more)

    return guarded


class QueueDashboard(QueueAdmin):
    """The queues, with everybody's jobs and the power to delete them: not for all of the staff.

    The package itself asks whether somebody is staff, and no more. Its model has no table: there
    are a list and the package's own pages, and no row to add, look at, change or delete.
    """

    view_on_site = False

    def has_module_permission(self, request):
        return request.user.has_perm("django_rq.admin")

    has_view_permission = has_change_permission = lambda self, request, obj=None: (
        self.has_module_permission(request)
    )

    def get_urls(self):
        usual = {pattern.name for pattern in admin.ModelAdmin.get_urls(self)}
        of_rows = usual - {f"{self.opts.app_label}_{self.opts.model_name}_changelist"}
        patterns = [pattern for pattern in super().get_urls() if pattern.name not in of_rows]
        for pattern in patterns:
            pattern.callback = _with_the_right(pattern.callback)
        return patterns


admin.site.site_header = admin.site.site_title = _("Brand Studio")
admin.site.unregister(Dashboard)
admin.site.register(Dashboard, QueueDashboard)
