from django.urls import path

from . import views

urlpatterns = [
    # At the root, so that it may stand in for every page.
    path("worker.js", views.service_worker, name="service-worker"),
    path("app.webmanifest", views.app_manifest, name="app-manifest"),
    path("offline/", views.offline_page, name="offline-page"),
    path("my-day/offline/", views.offline_day, name="offline-day"),
    path("my-day/sealed/", views.offline_sealed, name="offline-sealed"),
    path("provision/late-logs/", views.late_list, name="late-list"),
    path("provision/late-logs/<int:pk>/accept/", views.late_accept, name="late-accept"),
    path("provision/late-logs/<int:pk>/decline/", views.late_decline, name="late-decline"),
    path("my-day/send/", views.offline_send, name="offline-send"),
]
