from django.urls import path

from . import views

urlpatterns = [
    path("timetables/", views.timetable_list, name="timetable-list"),
    path("timetables/<int:pk>/", views.timetable_detail, name="timetable-detail"),
    path("timetables/<int:pk>/edit/", views.timetable_edit, name="timetable-edit"),
    path("timetables/<int:pk>/remove/", views.timetable_remove, name="timetable-remove"),
    path("timetables/<int:pk>/day/", views.periods_edit, name="periods-edit"),
    path("timetables/<int:pk>/week/", views.week_letter_set, name="week-letter-set"),
    path("slot-kinds/add/", views.kind_add, name="kind-add"),
    path("slot-kinds/<int:pk>/edit/", views.kind_edit, name="kind-edit"),
    path("slot-kinds/<int:pk>/archive/", views.kind_archive, name="kind-archive"),
]
