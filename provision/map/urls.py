from django.urls import path

from . import views

urlpatterns = [
    path("provision/", views.provision_map, name="provision-map"),
]
