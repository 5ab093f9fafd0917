from django.urls import path

from ..quality import views as quality
from . import views as duplicates

urlpatterns = [
    path("data/", quality.data_quality, name="data-quality"),
    path("data/census/", quality.census, name="census"),
    path("data/census/list/", quality.census_download, name="census-download"),
    path("data/key-worker/", quality.key_worker_many, name="key-worker-many"),
    path("data/duplicates/", duplicates.duplicate_list, name="duplicate-list"),
    path("data/duplicates/choose/", duplicates.duplicate_choose, name="duplicate-choose"),
    path("data/duplicates/<int:first>/<int:second>/different/", duplicates.not_duplicate, name="not-duplicate"),
    path("data/duplicates/<int:kept>/<int:gone>/", duplicates.merge_preview, name="merge-preview"),
    path("data/duplicates/<int:kept>/<int:gone>/merge/", duplicates.merge, name="merge"),
    path("data/merges/<int:pk>/undo/", duplicates.merge_undo, name="merge-undo"),
]
