from django.urls import path

from . import views

urlpatterns = [
    path("training/", views.training_list, name="training-list"),
    path("training/add/", views.training_add, name="training-add"),
    path("training/own/", views.own_training_add, name="own-training-add"),
    path("training/<int:pk>/", views.training_detail, name="training-detail"),
    path("training/<int:pk>/edit/", views.training_edit, name="training-edit"),
    path("training/<int:pk>/call-off/", views.training_call_off, name="training-call-off"),
    path("training/places/<int:pk>/remove/", views.own_training_remove, name="own-training-remove"),
    path("training/places/<int:pk>/answer/", views.training_answer, name="training-answer"),
    path("training/places/<int:pk>/changed/", views.training_follow_up, name="training-follow-up"),
    path("staff/<int:pk>/training/", views.member_training, name="member-training"),
    path("staff/<int:pk>/certificates/add/", views.certificate_add, name="certificate-add"),
    path("certificates/<int:pk>/", views.certificate_detail, name="certificate-detail"),
    path("certificates/<int:pk>/edit/", views.certificate_edit, name="certificate-edit"),
    path("certificates/<int:pk>/remove/", views.certificate_remove, name="certificate-remove"),
    path("certificates/<int:pk>/file/", views.certificate_file, name="certificate-file"),
    path("skills/add/", views.skill_add, name="skill-add"),
    path("skills/<int:pk>/edit/", views.skill_edit, name="skill-edit"),
    path("skills/<int:pk>/archive/", views.skill_archive, name="skill-archive"),
    path("skills/<int:pk>/restore/", views.skill_restore, name="skill-restore"),
]
