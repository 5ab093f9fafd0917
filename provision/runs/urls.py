from django.urls import path

from . import views

urlpatterns = [
    path("provision/runs/", views.provision_list, name="provision-list"),
    path("provision/library/<int:pk>/runs/add/", views.provision_add, name="provision-add"),
    path("provision/runs/<int:pk>/", views.provision_detail, name="provision-detail"),
    path("provision/runs/<int:pk>/edit/", views.provision_edit, name="provision-edit"),
    path("provision/runs/<int:pk>/times/", views.provision_times, name="provision-times"),
    path("provision/runs/<int:pk>/adults/", views.provision_adults, name="provision-adults"),
    path("provision/runs/<int:pk>/copy/", views.provision_copy, name="provision-copy"),
    path("provision/runs/<int:pk>/remove/", views.provision_remove, name="provision-remove"),
    path("provision/runs/<int:pk>/pupils/add/", views.place_add, name="place-add"),
    path("provision/places/<int:pk>/edit/", views.place_edit, name="place-edit"),
    path("provision/places/<int:pk>/remove/", views.place_remove, name="place-remove"),
]
