from django.urls import path

from . import views

urlpatterns = [
    path("authorities/", views.authority_list, name="authority-list"),
    path("authorities/add/", views.authority_add, name="authority-add"),
    path("authorities/<int:pk>/", views.authority_detail, name="authority-detail"),
    path("authorities/<int:pk>/edit/", views.authority_edit, name="authority-edit"),
    path("authorities/<int:pk>/end/", views.authority_end, name="authority-end"),
    path("authorities/<int:pk>/caseworkers/add/", views.caseworker_add, name="caseworker-add"),
    path("caseworkers/<int:pk>/edit/", views.caseworker_edit, name="caseworker-edit"),
    path("caseworkers/<int:pk>/end/", views.caseworker_end, name="caseworker-end"),
]
