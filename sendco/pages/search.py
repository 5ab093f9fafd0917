"""The pupil search in the header, as a page and as the list under the box."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.html import format_html, format_html_join
from django.views.decorators.http import require_GET

from pupils import search
from sendco.addresses import address, address_of
from sendco.limits.services import check_limit
from staff.access import require_permission
from staff.permissions import Permission

FOUND = '<a href="{}"><span>{}{}</span><span class="dim-text">{}</span></a>'


@require_permission(Permission.DIRECTORY_SEARCH, Permission.PUPIL_VIEW_ALL)
@require_GET
def pupil_search(request):
    text = request.GET.get("q", "").replace("\x00", "").strip()[:80]
    check_limit("search", request.user.pk)
    pupils = search.find(request.acting, text)
    if request.htmx:
        return HttpResponse(_list(text, pupils))
    context = {"title": "Find a pupil", "q": text, "found": pupils}
    context["may_open_in_emergency"] = request.acting.can(Permission.EMERGENCY_OPEN)
    return render(request, "pages/search.html", context)


def _list(text, pupils):
    """The list under the box, drawn without a template: it is asked for at every pause in the typing."""
    if not text:
        return ""
    if not pupils:
        return format_html("<div><p>No pupil has a name like “{}”. Try fewer letters.</p></div>", text)
    return format_html("<div>{}</div>", format_html_join("", FOUND, (_cells(pupil) for pupil in pupils)))


def _cells(pupil):
    if pupil.opens:
        href = address_of("pupil-detail", pupil.pk)
    else:
        href = f"{address('pupils:concern-new')}?pupil={pupil.pk}"
    left = format_html(' <span class="dim-text">({})</span>', "left") if pupil.left_on else ""
    where = (pupil.form_group and pupil.form_group.name) or pupil.get_year_group_display()
    return href, pupil.name, left, where
