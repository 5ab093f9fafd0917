from django.urls import path

from . import views

urlpatterns = [
    path("imports/", views.import_list, name="import-list"),
    path("imports/new/", views.import_new, name="import-new"),
    path("imports/<int:pk>/", views.import_detail, name="import-detail"),
    path("imports/<int:pk>/decide/", views.import_decide, name="import-decide"),
    path("imports/<int:pk>/notes/", views.import_notes, name="import-notes"),
    path("imports/<int:pk>/progress/", views.import_progress, name="import-progress"),
    path("imports/<int:pk>/match/", views.import_match, name="import-match"),
    path("imports/<int:pk>/choose/", views.import_choose, name="import-choose"),
    path("imports/<int:pk>/apply/", views.import_apply, name="import-apply"),
    path("imports/<int:pk>/stop/", views.import_stop, name="import-stop"),
    path("imports/<int:pk>/undo/", views.import_undo, name="import-undo"),
    path("imports/<int:pk>/rejected/", views.import_rejected, name="import-rejected"),
]
