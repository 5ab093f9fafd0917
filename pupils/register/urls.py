from django.urls import path

from . import views

urlpatterns = [
    path("pupils/<int:pk>/status/change/", views.status_change, name="status-change"),
    path("register/entries/<int:pk>/correct/", views.status_correct, name="status-correct"),
    path("pupils/<int:pk>/needs/", views.needs_change, name="needs-change"),
    path("pupils/<int:pk>/register/", views.register_history, name="register-history"),
    path("pupils/<int:pk>/monitoring/", views.watch_start, name="watch-start"),
    path("monitoring/", views.watch_list, name="watch-list"),
    path("monitoring/<int:pk>/look-again/", views.watch_look_again, name="watch-look-again"),
]
