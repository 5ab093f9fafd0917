from django.urls import path

from . import views

urlpatterns = [
    path("practice/", views.practice_list, name="practice-list"),
    path("practice/add/", views.practice_add, name="practice-add"),
    path("practice/<int:pk>/", views.practice_detail, name="practice-detail"),
    path("practice/<int:pk>/edit/", views.practice_edit, name="practice-edit"),
    path("practice/<int:pk>/say/", views.practice_say, name="practice-say"),
    path("practice/said/<int:pk>/remove/", views.practice_unsay, name="practice-unsay"),
    path("practice/<int:pk>/archive/", views.practice_archive, name="practice-archive"),
]
