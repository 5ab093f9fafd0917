from django.conf import settings
from django.urls import include, path

from sendco.pages import account, errors, explain, health, jobs, links, search
from sendco.pages.board import import_views as board_import
from sendco.pages.board import views as board
from sendco.pages.compliance import views as compliance
from sendco.pages.due import calendar_feed, diary, missed
from sendco.pages.due import views as feed
from sendco.pages.home import views as home
from sendco.pages.pupil import views as pupil
from sendco.pages.register import views as register
from sendco.pages.skills import views as skills

urlpatterns = [
    path("", home.home, name="home"),
    path("register/", register.register, name="register"),
    path("register/export/", register.register_export, name="register-export"),
    path("register/views/", register.view_save, name="register-view-save"),
    path("register/views/<int:pk>/remove/", register.view_remove, name="register-view-remove"),
    path("find/", search.pupil_search, name="pupil-search"),
    path("pupils/<int:pk>/", pupil.pupil_detail, name="pupil-detail"),
    path("pupils/<int:pk>/timeline/", pupil.pupil_timeline, name="pupil-timeline"),
    path("pupils/<int:pk>/readers/", pupil.pupil_readers, name="pupil-readers"),
    path("due/", feed.due_list, name="due-list"),
    path("due/export/", feed.due_export, name="due-export"),
    path("due/late/", missed.late_list, name="late-list"),
    path("due/<int:pk>/late/", missed.late_explain, name="late-explain"),
    path("due/<int:pk>/why/", pupil.why_this_date, name="due-why"),
    path("compliance/", compliance.compliance, name="compliance"),
    path("compliance/schools/", compliance.compliance_schools, name="compliance-schools"),
    path("compliance/export/", compliance.compliance_export, name="compliance-export"),
    path("diary/", diary.diary, name="diary"),
    path("feeds/<str:secret>.ics", calendar_feed.calendar_feed_read, name="calendar-feed-read"),
    path("board/", board.board, name="board"),
    path("board/hours/", board.board_hours, name="board-hours"),
    path("board/place/", board.slot_add, name="slot-add"),
    path("board/timetables/begin/", board.timetable_begin, name="timetable-begin"),
    path("board/timetables/<int:pk>/import/", board_import.timetable_import, name="timetable-import"),
    path("board/timetables/<int:pk>/import/check/", board_import.timetable_import_check, name="timetable-import-check"),
    path("board/timetables/imports/<int:pk>/undo/", board_import.timetable_import_undo, name="timetable-import-undo"),
    path("board/timetables/<int:pk>/table.csv", board_import.timetable_download, name="timetable-download"),
    # Short: two thousand of them stand on one page.
    path("board/s/<int:pk>/", board.slot_detail, name="slot-detail"),
    path("board/s/<int:pk>/edit/", board.slot_edit, name="slot-edit"),
    path("board/s/<int:pk>/move/", board.slot_move, name="slot-move"),
    path("board/s/<int:pk>/remove/", board.slot_remove, name="slot-remove"),
    path("skills/", skills.skills, name="skills"),
    path("skills/begin/", skills.skills_begin, name="skills-begin"),
    path("skills/tags/add/", skills.tag_add, name="skill-tag-add"),
    path("skills/tags/<int:pk>/remove/", skills.tag_remove, name="skill-tag-remove"),
    path("pupils/<int:pk>/skills/add/", skills.pupil_skill_add, name="pupil-skill-add"),
    path("pupils/skills/<int:pk>/end/", skills.pupil_skill_end, name="pupil-skill-end"),
    path("my-week/", board.my_week, name="my-week"),
    path("school/staff/<int:pk>/week/", board.member_week, name="member-week"),
    path("work/", jobs.job_list, name="job-list"),
    path("work/<int:pk>/", jobs.job_detail, name="job-detail"),
    path("work/<int:pk>/progress/", jobs.job_progress, name="job-progress"),
    path("work/<int:pk>/cancel/", jobs.job_cancel, name="job-cancel"),
    path("work/<int:pk>/retry/", jobs.job_retry, name="job-retry"),
    path("work/<int:pk>/file/", jobs.job_file, name="job-file"),
    path("account/", account.account, name="account"),
    path("account/calendar/", calendar_feed.calendar_feed, name="calendar-feed"),
    path("account/calendar/stop/", calendar_feed.calendar_feed_stop, name="calendar-feed-stop"),
    path("menu/", account.menu, name="menu"),
    path("dates/", explain.explain, name="explain"),
    path("accessibility/", account.accessibility, name="accessibility"),
    path("still-here/", account.still_here, name="still-here"),
    path("drafts/<slug:form_key>/", account.draft_save, name="draft-save"),
    path("present/", account.present, name="presence"),
    path("school/people/<int:pk>/leave/", account.person_leave, name="person-leave"),
    path("school/activity/", account.school_activity, name="school-activity"),
    path("l/<str:secret>/", links.link_open, name="link-open"),
    path("csp-report", health.csp_report, name="csp-report"),
    path("healthz", health.alive, name="health-alive"),
    path("readyz", health.ready, name="health-ready"),
    path("health/", health.status, name="health-status"),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("accounts/sessions/", include("allauth.usersessions.urls")),
    path("school/", include("staff.urls")),
    path("", include("pupils.urls")),
    path("", include("provision.urls")),
    path("", include("ehcp.urls")),
    path("", include("governance.urls")),
]
if settings.SOCIALACCOUNT_PROVIDERS:
    urlpatterns += [path("accounts/", include("allauth.socialaccount.urls"))]
    for provider in settings.SOCIALACCOUNT_PROVIDERS:
        urlpatterns += [path("accounts/", include(f"allauth.socialaccount.providers.{provider}.urls"))]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler429 = errors.too_many
handler500 = errors.server_error
