"""Which room answers which address."""

from django.contrib import admin
from django.urls import include, path

from brandstudio.core import views
from brandstudio.core.input import converters  # noqa: F401 -- the first makes <id:…> known
from brandstudio.core.ui.redirects import moved_to

urlpatterns = [
    path("", include("brandstudio.core.urls")),
    path("", include("training.urls")),
    path("", include("gallery.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/login/", views.admin_door),
    # Django's own page would write the whole person back, and no entry of it.
    path("admin/password_change/", moved_to("core:password")),
    path("admin/r/<id:content_type_id>/<path:object_id>/", views.view_on_site),
    path("admin/", admin.site.urls),
]
