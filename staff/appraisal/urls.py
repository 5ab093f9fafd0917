from django.urls import path

from . import views

urlpatterns = [
    path("appraisals/", views.appraisal_list, name="appraisal-list"),
    path("appraisals/schemes/", views.scheme_list, name="scheme-list"),
    path("appraisals/schemes/add/", views.scheme_add, name="scheme-add"),
    path("appraisals/schemes/<int:pk>/edit/", views.scheme_edit, name="scheme-edit"),
    path("appraisals/schemes/<int:pk>/begin/", views.scheme_begin, name="scheme-begin"),
    path("appraisals/<int:pk>/", views.appraisal_detail, name="appraisal-detail"),
    path("appraisals/<int:pk>/sign/", views.appraisal_sign, name="appraisal-sign"),
    path("appraisals/signed/<int:pk>/", views.appraisal_signed, name="appraisal-signed"),
    path("appraisals/<int:pk>/appraiser/", views.appraiser_change, name="appraiser-change"),
    path("appraisals/<int:pk>/objectives/add/", views.objective_add, name="objective-add"),
    path("appraisals/<int:pk>/none-set/", views.none_set, name="appraisal-none-set"),
    path("appraisals/<int:pk>/review/", views.review_write, name="appraisal-review"),
    path("appraisals/<int:pk>/comment/", views.comment_write, name="appraisal-comment"),
    path("appraisals/<int:pk>/views/ask/", views.view_ask, name="appraisal-view-ask"),
    path("appraisals/views/<int:pk>/", views.view_answer, name="appraisal-view-answer"),
    path("objectives/<int:pk>/edit/", views.objective_edit, name="objective-edit"),
    path("objectives/<int:pk>/remove/", views.objective_remove, name="objective-remove"),
    path("objectives/<int:pk>/evidence/add/", views.evidence_add, name="evidence-add"),
    path("staff/<int:pk>/appraisal/", views.member_appraisals, name="member-appraisals"),
    path("staff/<int:pk>/appraisal/begin/", views.appraisal_begin, name="appraisal-begin"),
    path("evidence/<int:pk>/remove/", views.evidence_remove, name="evidence-remove"),
    path("appraisals/views/<int:pk>/withdraw/", views.view_withdraw, name="appraisal-view-withdraw"),
]
