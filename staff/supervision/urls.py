from django.urls import path

from . import views

urlpatterns = [
    path("staff/<int:pk>/meetings/", views.meeting_list, name="meeting-list"),
    path("staff/<int:pk>/meetings/plan/", views.meeting_plan, name="meeting-plan"),
    path("staff/<int:pk>/meetings/ask/", views.notes_ask, name="notes-ask"),
    path("meetings/<int:pk>/", views.meeting_detail, name="meeting-detail"),
    path("meetings/<int:pk>/move/", views.meeting_move, name="meeting-move"),
    path("meetings/<int:pk>/call-off/", views.meeting_call_off, name="meeting-call-off"),
    path("meetings/<int:pk>/notes/", views.meeting_notes, name="meeting-notes"),
    path("meetings/<int:pk>/read/", views.meeting_seen, name="meeting-seen"),
    path("meetings/<int:pk>/actions/add/", views.action_add, name="action-add"),
    path("meetings/actions/<int:pk>/done/", views.action_done, name="action-done"),
    path("meetings/requests/<int:pk>/", views.notes_decide, name="notes-decide"),
]
