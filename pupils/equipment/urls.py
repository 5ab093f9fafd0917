from django.urls import path

from . import views

urlpatterns = [
    path("equipment/", views.equipment_list, name="equipment-list"),
    path("equipment/add/", views.equipment_add, name="equipment-add"),
    path("equipment/<int:pk>/", views.equipment_detail, name="equipment-detail"),
    path("equipment/<int:pk>/edit/", views.equipment_edit, name="equipment-edit"),
    path("equipment/<int:pk>/lend/", views.equipment_lend, name="equipment-lend"),
    path("equipment/<int:pk>/checks/add/", views.check_add, name="equipment-check-add"),
    path("equipment/loans/<int:pk>/back/", views.equipment_back, name="equipment-back"),
    path("equipment/checks/<int:pk>/done/", views.check_done, name="equipment-check-done"),
    path("equipment/checks/<int:pk>/correct/", views.check_correct, name="equipment-check-correct"),
    path("equipment/checks/<int:pk>/edit/", views.check_edit, name="equipment-check-edit"),
    path("equipment/checks/<int:pk>/end/", views.check_end, name="equipment-check-end"),
]
