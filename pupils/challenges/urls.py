from django.urls import path

from . import views

urlpatterns = [
    path("challenges/", views.challenge_list, name="challenge-list"),
    path("challenges/add/", views.challenge_add, name="challenge-add"),
    path("pupils/<int:pk>/challenges/add/", views.challenge_add_pupil, name="pupil-challenge-add"),
    path("challenges/<int:pk>/", views.challenge_detail, name="challenge-detail"),
    path("challenges/<int:pk>/edit/", views.challenge_edit, name="challenge-edit"),
    path("challenges/<int:pk>/step/", views.challenge_step, name="challenge-step"),
    path("challenges/steps/<int:pk>/edit/", views.challenge_step_edit, name="challenge-step-edit"),
    path("challenges/steps/<int:pk>/file/", views.challenge_step_file, name="challenge-step-file"),
    path("challenges/<int:pk>/letter/", views.challenge_letter, name="challenge-letter"),
    path("challenges/<int:pk>/reply/", views.challenge_reply, name="challenge-reply"),
    path("challenges/<int:pk>/end/", views.challenge_end, name="challenge-end"),
    path("challenges/<int:pk>/reopen/", views.challenge_reopen, name="challenge-reopen"),
]
