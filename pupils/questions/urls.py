from django.urls import path

from . import views

urlpatterns = [
    path("questions/", views.question_list, name="question-list"),
    path("questions/ask/", views.question_ask, name="question-ask"),
    path("pupils/<int:pk>/questions/ask/", views.question_ask_pupil, name="question-ask-pupil"),
    path("questions/<int:pk>/", views.question_detail, name="question-detail"),
    path("questions/<int:pk>/edit/", views.question_edit, name="question-edit"),
    path("questions/replies/<int:pk>/edit/", views.reply_edit, name="question-reply-edit"),
    path("questions/<int:pk>/close/", views.question_close, name="question-close"),
    path("questions/<int:pk>/share/", views.question_share, name="question-share"),
]
