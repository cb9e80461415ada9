from functools import wraps

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.core.exceptions import PermissionDenied
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
    """Saves the columns that were changed on the page, as GuardedModelForm does."""

    def save_model(self, request, obj, form, change):
        columns = {field.name for field in obj._meta.concrete_fields}
        if change:
            obj.save(update_fields=[name for name in form.changed_data if name in columns])
        else:
            super().save_model(request, obj, form, change)


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
class VocabularyAdmin(ChangedOnly, admin.ModelAdmin):
    """The brand's own words."""


class VehicleColourInline(admin.TabularInline):
    model = VehicleColour
    extra = 1


@admin.register(Vehicle)
class VehicleAdmin(VocabularyAdmin):
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
