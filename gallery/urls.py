from django.urls import path

from gallery import views

app_name = "gallery"
urlpatterns = [
    path("create/", views.create, name="create"),
    path("review/", views.review, name="review"),
]
