from django.urls import path

from . import views

urlpatterns = [
    path("profiles/", views.profile_list, name="profile-list"),
    path("profiles/classes/<int:pk>/pdf/", views.profile_class_pdf, name="profile-class-pdf"),
    path("profiles/versions/<int:pk>/", views.profile_version, name="profile-version"),
    path("profiles/versions/<int:pk>/withdraw/", views.profile_withdraw, name="profile-withdraw"),
    path("pupils/<int:pk>/profile/", views.profile, name="profile"),
    path("pupils/<int:pk>/profile/edit/", views.profile_edit, name="profile-edit"),
    path("pupils/<int:pk>/profile/publish/", views.profile_publish, name="profile-publish"),
    path("pupils/<int:pk>/profile/photo/", views.profile_photo, name="profile-photo"),
    path("pupils/<int:pk>/profile/photo/off/", views.profile_photo_off, name="profile-photo-off"),
    path("pupils/<int:pk>/profile/read/", views.profile_read, name="profile-read"),
    path("pupils/<int:pk>/profile/pdf/", views.profile_pdf, name="profile-pdf"),
]
