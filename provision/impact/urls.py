from django.urls import path

from . import views

urlpatterns = [path("provision/impact/", views.impact, name="impact")]
