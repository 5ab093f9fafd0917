from django.urls import path

from . import views

urlpatterns = [
    path("staff/", views.member_list, name="member-list"),
    path("staff/add/", views.member_add, name="member-add"),
    path("staff/<int:pk>/", views.member_detail, name="member-detail"),
    path("staff/<int:pk>/edit/", views.member_edit, name="member-edit"),
    path("staff/<int:pk>/posts/add/", views.post_add, name="post-add"),
    path("staff/<int:pk>/line/", views.line_set, name="line-set"),
    path("staff/<int:pk>/hours/", views.member_hours, name="member-hours"),
    path("staff/<int:pk>/hours/add/", views.extra_time_add, name="extra-time-add"),
    path("staff/<int:pk>/pay/", views.member_pay, name="member-pay"),
    path("staff/hours/<int:pk>/remove/", views.extra_time_remove, name="extra-time-remove"),
    path("staff/posts/<int:pk>/edit/", views.post_edit, name="post-edit"),
    path("staff/posts/<int:pk>/remove/", views.post_remove, name="post-remove"),
    path("staff/posts/<int:pk>/pattern/", views.pattern_add, name="pattern-add"),
    path("staff/posts/<int:pk>/rate/", views.rate_add, name="rate-add"),
    path("staff/patterns/<int:pk>/edit/", views.pattern_edit, name="pattern-edit"),
    path("staff/patterns/<int:pk>/remove/", views.pattern_remove, name="pattern-remove"),
    path("staff/rates/<int:pk>/edit/", views.rate_edit, name="rate-edit"),
    path("staff/rates/<int:pk>/remove/", views.rate_remove, name="rate-remove"),
    path("staff/formulas/", views.formula_list, name="formula-list"),
    path("staff/formulas/add/", views.formula_add, name="formula-add"),
    path("staff/formulas/<int:pk>/edit/", views.formula_edit, name="formula-edit"),
]
