from django.urls import path

from ..views import reminders

urlpatterns = [
    path("reminders/", reminders.reminder_list, name="reminder-list"),
    path("reminders/<int:pk>/", reminders.reminder_detail, name="reminder-detail"),
    path("reminders/<int:pk>/retry/", reminders.reminder_retry, name="reminder-retry"),
    path("reminders/rules/", reminders.reminder_rules, name="reminder-rules"),
    path("reminders/rules/hour/", reminders.reminder_plan, name="reminder-plan"),
    path("reminders/rules/<str:rule>/", reminders.reminder_stages, name="reminder-stages"),
    path("reminders/rules/<str:rule>/reset/", reminders.reminder_stages_reset, name="reminder-stages-reset"),
    path("reminders/cover/", reminders.cover_list, name="cover-list"),
    path("reminders/cover/add/", reminders.cover_add, name="cover-add"),
    path("reminders/cover/<int:pk>/end/", reminders.cover_end, name="cover-end"),
    path("due/<int:pk>/acknowledge/", reminders.due_acknowledge, name="due-acknowledge"),
    path("due/<int:pk>/remind-again/", reminders.due_remind_again, name="due-remind-again"),
]
