from django.urls import path

from . import views

urlpatterns = [
    path("consultations/", views.consultation_list, name="consultation-list"),
    path("consultations/new/", views.consultation_new, name="consultation-new"),
    path("consultations/<int:pk>/", views.consultation_detail, name="consultation-detail"),
    path("consultations/<int:pk>/edit/", views.consultation_edit, name="consultation-edit"),
    path("consultations/<int:pk>/file/", views.consultation_file, name="consultation-file"),
    path("consultations/<int:pk>/reply/", views.consultation_reply, name="consultation-reply"),
    path("consultations/<int:pk>/approve/", views.consultation_approve, name="consultation-approve"),
    path("consultations/<int:pk>/send-back/", views.consultation_send_back, name="consultation-send-back"),
    path("consultations/<int:pk>/letter/", views.consultation_letter, name="consultation-letter"),
    path("consultations/<int:pk>/sent/", views.consultation_sent, name="consultation-sent"),
    path("consultations/<int:pk>/outcome/", views.consultation_outcome, name="consultation-outcome"),
    path("consultations/<int:pk>/close/", views.consultation_close, name="consultation-close"),
]
