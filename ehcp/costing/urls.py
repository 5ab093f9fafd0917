from django.urls import path

from . import views

urlpatterns = [
    path("pupils/<int:pk>/costed-map/", views.costed_map, name="costed-map"),
    path("pupils/<int:pk>/costed-map/download/", views.costed_map_file, name="costed-map-file"),
    path("pupils/<int:pk>/costed-map/keep/", views.costed_map_keep, name="costed-map-keep"),
    path("costed-maps/<int:pk>/", views.costed_map_kept, name="costed-map-kept"),
    path("costed-maps/<int:pk>/download/", views.costed_map_kept_file, name="costed-map-kept-file"),
    path("costed-maps/<int:pk>/sent/", views.costed_map_sent, name="costed-map-sent"),
    path("costed-maps/<int:pk>/remove/", views.costed_map_remove, name="costed-map-remove"),
    path("cost-of-a-year/", views.cost_list, name="cost-list"),
    path("authorities/<int:pk>/costing/", views.authority_columns, name="authority-columns"),
]
