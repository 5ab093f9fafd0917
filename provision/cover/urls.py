from django.urls import path

from . import views

urlpatterns = [
    path("cover/", views.cover_day, name="cover-day"),
    path("cover/tell/", views.cover_tell, name="cover-tell"),
    path("cover/<int:pk>/take-back/", views.cover_take_back, name="cover-take-back"),
]
