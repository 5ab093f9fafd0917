from django.urls import path

from . import views

urlpatterns = [
    path("meetings/", views.meeting_list, name="meeting-list"),
    path("pupils/<int:pk>/meetings/plan/", views.meeting_plan, name="meeting-plan"),
    path("groups/<int:pk>/meetings/plan/", views.meeting_plan_group, name="meeting-plan-group"),
    path("meetings/evenings/add/", views.evening_add, name="evening-add"),
    path("meetings/evenings/<int:pk>/", views.evening_detail, name="evening-detail"),
    path("meetings/evenings/<int:pk>/edit/", views.evening_edit, name="evening-edit"),
    path("meetings/evenings/<int:pk>/tell/", views.evening_tell, name="evening-tell"),
    path("meetings/evenings/<int:pk>/remove/", views.evening_remove, name="evening-remove"),
    path("meetings/evenings/people/<int:pk>/book/", views.evening_book, name="evening-book"),
    path("meetings/<int:pk>/edit/", views.meeting_change, name="meeting-change"),
    path("meetings/<int:pk>/tell/", views.meeting_tell, name="meeting-tell"),
    path("meetings/<int:pk>/pdf/", views.meeting_pdf, name="meeting-pdf"),
    path("meetings/people/<int:pk>/letter/", views.meeting_letter, name="meeting-letter"),
    path("meetings/<int:pk>/", views.meeting_detail, name="meeting-detail"),
    path("meetings/<int:pk>/notes/", views.meeting_hold, name="meeting-hold"),
    path("meetings/<int:pk>/not-held/", views.meeting_not_held, name="meeting-not-held"),
    path("meetings/<int:pk>/call-off/", views.meeting_call_off, name="meeting-call-off"),
    path("meetings/<int:pk>/meeting.ics", views.meeting_ics, name="meeting-ics"),
    path("meetings/<int:pk>/actions/add/", views.action_add, name="meeting-action-add"),
    path("meetings/actions/<int:pk>/edit/", views.action_edit, name="meeting-action-edit"),
    path("meetings/actions/<int:pk>/settle/", views.action_settle, name="meeting-action-settle"),
    path("pupils/<int:pk>/contacts/log/", views.contact_log_add, name="contact-log-add"),
    path("pupils/contacts/log/<int:pk>/edit/", views.contact_log_edit, name="contact-log-edit"),
    path("pupils/contacts/log/<int:pk>/remove/", views.contact_log_remove, name="contact-log-remove"),
]
