from django.urls import path

from . import views

urlpatterns = [
    path("meetings/", views.meeting_list, name="meeting-list"),
    path("pupils/<int:pk>/meetings/plan/", views.meeting_plan, name="meeting-plan"),
    path("meetings/<int:pk>/", views.meeting_detail, name="meeting-detail"),
    path("meetings/<int:pk>/notes/", views.meeting_hold, name="meeting-hold"),
    path("meetings/<int:pk>/call-off/", views.meeting_call_off, name="meeting-call-off"),
    path("meetings/<int:pk>/meeting.ics", views.meeting_ics, name="meeting-ics"),
    path("meetings/<int:pk>/actions/add/", views.action_add, name="meeting-action-add"),
    path("meetings/actions/<int:pk>/edit/", views.action_edit, name="meeting-action-edit"),
    path("meetings/actions/<int:pk>/settle/", views.action_settle, name="meeting-action-settle"),
    path("pupils/<int:pk>/contacts/log/", views.contact_log_add, name="contact-log-add"),
    path("pupils/contacts/log/<int:pk>/edit/", views.contact_log_edit, name="contact-log-edit"),
]
