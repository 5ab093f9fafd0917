from django.urls import path

from . import views

urlpatterns = [
    path("provision/every-class/", views.universal_list, name="universal-list"),
    path("provision/every-class/start/", views.universal_start, name="universal-start"),
    path("provision/every-class/add/", views.universal_add, name="universal-add"),
    path("provision/every-class/<int:pk>/edit/", views.universal_edit, name="universal-edit"),
    path("provision/every-class/in/<int:pk>/", views.universal_class, name="universal-class"),
]
