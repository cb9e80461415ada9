from django.contrib.auth.views import LogoutView, PasswordChangeView
from django.urls import path, reverse_lazy

from brandstudio.core import views
from brandstudio.core.forms import OwnPasswordForm
from brandstudio.core.ui import views as look_views

app_name = "core"
urlpatterns = [
    path("", views.home, name="home"),
    path("sign-in/", views.SignIn.as_view(), name="sign-in"),
    path("welcome/<uidb64>/<token>/", views.Welcome.as_view(), name="welcome"),
    path("sign-out/", LogoutView.as_view(), name="sign-out"),
    path("notices/", views.notices, name="notices"),
    path("queue/count/", look_views.queue_count, name="queue-count"),
    path("account/", look_views.account, name="account"),
    path(
        "account/password/",
        PasswordChangeView.as_view(
            template_name="core/password.html",
            form_class=OwnPasswordForm,
            success_url=reverse_lazy("core:account"),
        ),
        name="password",
    ),
    path("favicon.ico", look_views.favicon, name="favicon"),
    path("theme/", look_views.theme, name="theme"),
    path("css/<slug:version>/site.css", look_views.site_css, name="stylesheet"),
    path("look/", look_views.look, name="look"),
]
