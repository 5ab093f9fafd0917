from django.urls import path

from ..views import after as review_after
from ..views import chasers, reviews
from ..views import layouts as review_layouts
from ..views import meeting as review_meeting
from ..views import people as review_people
from ..views import reports as review_reports

urlpatterns = [
    path("reviews/", reviews.review_list, name="review-list"),
    path("reviews/new/", reviews.review_new, name="review-new"),
    path("reviews/layouts/", review_layouts.layout_list, name="review-layouts"),
    path("reviews/reminders/", chasers.chaser_plan, name="chaser-plan"),
    path("authorities/<int:pk>/layout/", review_layouts.layout_edit, name="review-layout-edit"),
    path("reviews/<int:pk>/", reviews.review_detail, name="review-detail"),
    path("reviews/<int:pk>/plan/", reviews.review_plan, name="review-plan"),
    path("reviews/<int:pk>/call-off/", reviews.review_call_off, name="review-call-off"),
    path("reviews/<int:pk>/tell-off/", reviews.review_tell_off, name="review-tell-off"),
    path("reviews/<int:pk>/told-off/", reviews.review_told_off, name="review-told-off"),
    path("reviews/<int:pk>/kind/", reviews.review_kind, name="review-kind"),
    path("reviews/<int:pk>/school-report/", reviews.review_school_report, name="review-school-report"),
    path("reviews/<int:pk>/close/", reviews.review_close, name="review-close"),
    path("reviews/<int:pk>/people/add/", review_people.invitee_add, name="invitee-add"),
    path("review-people/<int:pk>/edit/", review_people.invitee_edit, name="invitee-edit"),
    path("review-people/<int:pk>/remove/", review_people.invitee_remove, name="invitee-remove"),
    path("review-people/<int:pk>/chase/", review_people.invitee_chase, name="invitee-chase"),
    path("reviews/<int:pk>/invite/", review_people.review_invite, name="review-invite"),
    path("reviews/<int:pk>/no-parent/", review_people.review_no_parent, name="review-no-parent"),
    path("reviews/<int:pk>/told/", review_people.review_told, name="review-told"),
    path("reviews/<int:pk>/ask/", review_people.review_ask, name="review-ask"),
    path("reviews/<int:pk>/chase/", review_people.review_chase, name="review-chase"),
    path("reviews/<int:pk>/chasers/", chasers.review_chasers, name="review-chasers"),
    path("reviews/<int:pk>/papers/", review_after.review_papers, name="review-papers"),
    path("reviews/<int:pk>/papers/make/", reviews.review_pack_make, name="review-pack-make"),
    path("reviews/<int:pk>/papers/file/", review_after.review_pack_file, name="review-pack-file"),
    path("reviews/<int:pk>/meeting/", review_meeting.review_meeting, name="review-meeting"),
    path("review-views/<int:pk>/remove/", review_meeting.difference_remove, name="difference-remove"),
    path("reviews/<int:pk>/report/", review_reports.review_report, name="review-report"),
    path("review-reports/<int:pk>/pdf/", review_reports.review_report_pdf, name="review-report-pdf"),
    path("review-reports/<int:pk>/docx/", review_reports.review_report_docx, name="review-report-docx"),
    path("review-reports/<int:pk>/approve/", review_reports.review_approve, name="review-approve"),
    path("reviews/<int:pk>/report/sent/", review_after.review_report_sent, name="review-report-sent"),
    path("reviews/<int:pk>/decision/", review_after.review_decision, name="review-decision"),
    path("reviews/<int:pk>/notice/", review_after.review_notice, name="review-notice"),
    path("reviews/<int:pk>/comments/", review_after.review_comments, name="review-comments"),
    path("reviews/<int:pk>/not-amending/", review_after.review_not_amending, name="review-not-amending"),
    path("reviews/<int:pk>/final/", review_after.review_final, name="review-final"),
]
