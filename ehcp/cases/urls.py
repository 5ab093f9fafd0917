from django.urls import path

from . import views

urlpatterns = [
    path("cases/<slug:case>/<int:pk>/dates/", views.case_correct, name="case-correct"),
]
