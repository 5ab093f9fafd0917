from django.urls import path

from . import views

urlpatterns = [
    path("plans/<int:pk>/ledger/", views.ledger, name="plan-ledger"),
    path("plan-lines/<int:pk>/provision/", views.line_link, name="line-link"),
    path("plan-lines/<int:pk>/weeks/", views.line_weeks, name="line-weeks"),
    path("plan-lines/<int:pk>/actions/add/", views.line_action_add, name="line-action-add"),
    path("line-actions/<int:pk>/remove/", views.line_action_remove, name="line-action-remove"),
]
