from django.urls import path

from . import views

urlpatterns = [
    path("appeals/", views.appeal_list, name="appeal-list"),
    path("appeals/new/", views.appeal_new, name="appeal-new"),
    path("appeals/<int:pk>/", views.appeal_detail, name="appeal-detail"),
    path("appeals/<int:pk>/log/<slug:step>/", views.appeal_step, name="appeal-step"),
    path("appeals/<int:pk>/close/", views.appeal_close, name="appeal-close"),
    path("appeals/<int:pk>/bundle/", views.appeal_bundle, name="appeal-bundle"),
]
