from django.urls import path

from . import views

urlpatterns = [
    path("what-if/", views.staffing_list, name="staffing-list"),
    path("what-if/add/", views.staffing_add, name="staffing-add"),
    path("what-if/<int:pk>/", views.staffing_detail, name="staffing-detail"),
    path("what-if/<int:pk>/accept/", views.staffing_accept, name="staffing-accept"),
    path("what-if/<int:pk>/remove/", views.staffing_remove, name="staffing-remove"),
]
