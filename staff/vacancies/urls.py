from django.urls import path

from . import views

urlpatterns = [
    path("vacancies/", views.vacancy_list, name="vacancy-list"),
    path("vacancies/add/", views.vacancy_add, name="vacancy-add"),
    path("vacancies/<int:pk>/edit/", views.vacancy_edit, name="vacancy-edit"),
]
