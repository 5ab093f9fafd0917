from django.urls import path

from . import views

urlpatterns = [
    path("concerns/", views.concern_list, name="concern-list"),
    path("concerns/new/", views.concern_new, name="concern-new"),
    path("concerns/<int:pk>/", views.concern_detail, name="concern-detail"),
    path("concerns/<int:pk>/triage/", views.concern_triage, name="concern-triage"),
    path("concerns/<int:pk>/ask/", views.concern_ask, name="concern-ask"),
    path("concerns/views/<int:pk>/", views.concern_view_answer, name="concern-view-answer"),
    path("concerns/views/<int:pk>/withdraw/", views.concern_view_withdraw, name="concern-view-withdraw"),
]
