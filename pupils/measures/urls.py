from django.urls import path

from . import views

urlpatterns = [
    path("measures/", views.measure_list, name="measure-list"),
    path("measures/start/", views.measure_start, name="measure-start"),
    path("measures/add/", views.measure_add, name="measure-add"),
    path("measures/scores/", views.scores_import, name="scores-import"),
    path("measures/scores/check/", views.scores_check, name="scores-check"),
    path("measures/scores/<int:pk>/take-back/", views.scores_take_back, name="scores-take-back"),
    path("measures/<int:pk>/edit/", views.measure_edit, name="measure-edit"),
]
