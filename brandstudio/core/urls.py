from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from brandstudio.core import views

app_name = "core"
urlpatterns = [
    path("", views.home, name="home"),
    path("sign-in/", LoginView.as_view(template_name="core/sign_in.html"), name="sign-in"),
    path("sign-out/", LogoutView.as_view(), name="sign-out"),
    path("notices/", views.notices, name="notices"),
]
