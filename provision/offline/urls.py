from django.urls import path

from . import views

urlpatterns = [
    # At the root, so that it may stand in for every page.
    path("worker.js", views.service_worker, name="service-worker"),
    path("app.webmanifest", views.app_manifest, name="app-manifest"),
    path("offline/", views.offline_page, name="offline-page"),
    path("my-day/offline/", views.offline_day, name="offline-day"),
    path("my-day/send/", views.offline_send, name="offline-send"),
]
