from django.urls import path

from .views import assessments, contacts, documents, emergencies, flags, records

urlpatterns = [
    path("pupils/add/", records.pupil_add, name="pupil-add"),
    path("pupils/<int:pk>/edit/", records.pupil_edit, name="pupil-edit"),
    path("pupils/<int:pk>/enrolment/", records.enrolment_change, name="enrolment-change"),
    path("enrolments/<int:pk>/first-day/", records.first_day_correct, name="first-day-correct"),
    path("pupils/<int:pk>/emergency/", emergencies.emergency_open, name="emergency-open"),
    path("pupils/<int:pk>/leave/", records.pupil_leave, name="pupil-leave"),
    path("pupils/<int:pk>/readmit/", records.pupil_readmit, name="pupil-readmit"),
    path("pupils/<int:pk>/key-worker/", records.key_worker, name="key-worker"),
    path("pupils/<int:pk>/support/add/", records.support_add, name="support-add"),
    path("pupil-support/<int:pk>/end/", records.support_end, name="support-end"),
    path("pupils/<int:pk>/groups/add/", records.group_place, name="group-place"),
    path("group-places/<int:pk>/end/", records.group_end, name="group-end"),
    path("pupils/<int:pk>/contacts/add/", contacts.contact_add, name="contact-add"),
    path("contacts/<int:pk>/edit/", contacts.contact_edit, name="contact-edit"),
    path("contacts/<int:pk>/end/", contacts.contact_end, name="contact-end"),
    path("contacts/<int:pk>/address/", contacts.address_reveal, name="address-reveal"),
    path("pupils/<int:pk>/flags/add/", flags.flag_add, name="flag-add"),
    path("flags/<int:pk>/end/", flags.flag_end, name="flag-end"),
    path("pupils/<int:pk>/documents/add/", documents.document_add, name="document-add"),
    path("documents/<int:pk>/file/", documents.document_download, name="document-download"),
    path("documents/<int:pk>/remove/", documents.document_remove, name="document-remove"),
    path("pupils/<int:pk>/assessments/add/", assessments.assessment_add, name="assessment-add"),
    path("assessments/<int:pk>/edit/", assessments.assessment_edit, name="assessment-edit"),
    path("assessments/<int:pk>/remove/", assessments.assessment_remove, name="assessment-remove"),
]
