from django.urls import path

from . import views

urlpatterns = [
    path("staff/posts/<int:pk>/description/", views.description, name="description"),
    path("staff/posts/<int:pk>/description/write/", views.description_write, name="description-write"),
    path("descriptions/<int:pk>/", views.description_open, name="description-open"),
    path("descriptions/<int:pk>/agree/", views.description_agree, name="description-agree"),
]
