from django.contrib.auth.views import LogoutView, PasswordChangeView
from django.urls import path, reverse_lazy

from brandstudio.core import views
from brandstudio.core.forms import OwnPasswordForm
from brandstudio.core.ui import redirects
from brandstudio.core.ui import views as ui_views

app_name = "core"
urlpatterns = [
    path("", views.home, name="home"),
    path("sign-in/", views.SignIn.as_view(), name="sign-in"),
    path("welcome/<uidb64>/<token>/", views.Welcome.as_view(), name="welcome"),
    path("sign-out/", LogoutView.as_view(), name="sign-out"),
    path("notices/", views.notices, name="notices"),
    path("queue/count/", ui_views.queue_count, name="queue-count"),
    path("account/", ui_views.account, name="account"),
    path(
        "account/password/",
        PasswordChangeView.as_view(
            template_name="core/password.html",
            form_class=OwnPasswordForm,
            success_url=reverse_lazy("core:account"),
        ),
        name="password",
    ),
    path("favicon.ico", ui_views.favicon, name="favicon"),
    path("theme/", ui_views.theme, name="theme"),
    path("css/<slug:version>/site.css", ui_views.site_css, name="stylesheet"),
    path("style-guide/", ui_views.style_guide, name="style-guide"),
    path("look/", redirects.moved_to("core:style-guide")),
]
