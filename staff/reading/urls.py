from django.urls import path

from . import views

urlpatterns = [
    path("reading/", views.briefing_list, name="briefing-list"),
    path("reading/add/", views.briefing_add, name="briefing-add"),
    path("reading/begin/", views.briefing_begin, name="briefing-begin"),
    path("reading/<int:pk>/", views.briefing_detail, name="briefing-detail"),
    path("reading/<int:pk>/edit/", views.briefing_edit, name="briefing-edit"),
    path("reading/<int:pk>/ask/", views.briefing_ask, name="briefing-ask"),
    path("reading/<int:pk>/archive/", views.briefing_archive, name="briefing-archive"),
    path("reading/<int:pk>/restore/", views.briefing_restore, name="briefing-restore"),
    path("reading/note/<int:pk>/", views.reading_note, name="reading-note"),
    path("reading/open/<int:pk>/", views.reading_open, name="reading-open"),
    path("reading/<int:pk>/pdf/", views.briefing_pdf, name="briefing-pdf"),
]
