"""The pupil search in the header, as a page and as the list under the box."""

from django.shortcuts import render
from django.views.decorators.http import require_GET

from pupils import search
from sendco.limits.services import check_limit
from staff.access import require_permission
from staff.permissions import Permission


@require_permission(Permission.DIRECTORY_SEARCH, Permission.PUPIL_VIEW_ALL)
@require_GET
def pupil_search(request):
    text = request.GET.get("q", "").replace("\x00", "").strip()[:80]
    check_limit("search", request.user.pk)
    found = search.find(request.acting, text)
    context = {"title": "Find a pupil", "q": text, "found": found, "opens": request.acting.sees_all_pupils}
    return render(request, "pages/_found.html" if request.htmx else "pages/search.html", context)
