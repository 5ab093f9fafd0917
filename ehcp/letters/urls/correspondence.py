from django.urls import path

from ..views import correspondence as views

urlpatterns = [
    path("cases/<slug:case>/<int:pk>/papers/new/", views.correspondence_new, name="correspondence-new"),
    path("case-papers/<int:pk>/file/", views.correspondence_file, name="correspondence-file"),
    path("case-papers/<int:pk>/remove/", views.correspondence_remove, name="correspondence-remove"),
]
