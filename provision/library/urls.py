from django.urls import path

from . import views

urlpatterns = [
    path("provision/library/", views.intervention_list, name="intervention-list"),
    path("provision/library/start/", views.library_start, name="library-start"),
    path("provision/library/add/", views.intervention_add, name="intervention-add"),
    path("provision/library/<int:pk>/", views.intervention_detail, name="intervention-detail"),
    path("provision/library/<int:pk>/edit/", views.intervention_edit, name="intervention-edit"),
    path("provision/library/<int:pk>/archive/", views.intervention_archive, name="intervention-archive"),
    path("provision/library/<int:pk>/waiting/add/", views.waiting_add, name="waiting-add"),
    path("provision/waiting/", views.waiting_list, name="waiting-list"),
    path("provision/waiting/<int:pk>/remove/", views.waiting_remove, name="waiting-remove"),
]
