from django.urls import path

from . import views

urlpatterns = [
    path("senco/", views.senco_list, name="senco-list"),
    path("senco/add/", views.senco_add, name="senco-add"),
    path("senco/<int:pk>/", views.senco_detail, name="senco-detail"),
    path("senco/<int:pk>/edit/", views.senco_edit, name="senco-edit"),
]
