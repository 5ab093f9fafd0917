from django.urls import path

from ..views import calendar, groups, people, school

urlpatterns = [
    path("", school.school, name="school"),
    path("edit/", school.school_edit, name="school-edit"),
    path("units/add/", school.unit_add, name="unit-add"),
    path("units/<int:pk>/edit/", school.unit_edit, name="unit-edit"),
    path("permissions/", school.permissions, name="permissions"),
    path("switch/", school.school_switch, name="school-switch"),
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/years/<int:starts_in>/edit/", calendar.year_edit, name="calendar-year-edit"),
    path("calendar/years/<int:starts_in>/copy/", calendar.year_copy, name="calendar-year-copy"),
    path("calendar/years/<int:pk>/confirm/", calendar.year_confirm, name="calendar-year-confirm"),
    path("calendar/closures/add/", calendar.closure_add, name="closure-add"),
    path("calendar/closures/<int:pk>/remove/", calendar.closure_remove, name="closure-remove"),
    path("calendar/import/", calendar.calendar_import, name="calendar-import"),
    path("calendar/import/check/", calendar.calendar_import_check, name="calendar-import-check"),
    path("groups/", groups.group_list, name="group-list"),
    path("groups/add/", groups.group_add, name="group-add"),
    path("groups/<int:pk>/", groups.group_detail, name="group-detail"),
    path("groups/<int:pk>/edit/", groups.group_edit, name="group-edit"),
    path("groups/<int:pk>/archive/", groups.group_archive, name="group-archive"),
    path("groups/<int:pk>/restore/", groups.group_restore, name="group-restore"),
    path("groups/<int:pk>/staff/add/", groups.group_staff_add, name="group-staff-add"),
    path("groups/staff/<int:pk>/end/", groups.group_staff_end, name="group-staff-end"),
    path("people/", people.people, name="people"),
    path("people/invitations/<int:pk>/resend/", people.invitation_resend, name="invitation-resend"),
    path("people/<int:pk>/", people.person_detail, name="person-detail"),
    path("people/<int:pk>/roles/add/", people.role_add, name="role-add"),
    path("people/roles/<int:pk>/end/", people.role_end, name="role-end"),
]
