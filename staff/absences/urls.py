from django.urls import path

from . import views

urlpatterns = [
    path("away/", views.absence_list, name="absence-list"),
    path("away/add/", views.absence_add, name="absence-add"),
    path("away/<int:pk>/", views.absence_detail, name="absence-detail"),
    path("away/<int:pk>/edit/", views.absence_edit, name="absence-edit"),
    path("away/<int:pk>/back/", views.absence_return, name="absence-return"),
    path("away/<int:pk>/remove/", views.absence_remove, name="absence-remove"),
    path("staff/<int:pk>/absences/", views.member_absences, name="member-absences"),
]
