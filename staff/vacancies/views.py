"""Posts that are to be filled."""

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from sendco.formkit.page import FormPage, form_page, posted

from ..access import require_permission
from ..models import Vacancy
from ..permissions import Permission as P
from . import forms, services


def _page(title, *, submit="", cancel=""):
    trail = [("Staff", reverse("staff:member-list")), ("Vacancies", reverse("staff:vacancy-list"))]
    return {"title": title, "section": "staff", "crumbs": trail, "submit": submit, "cancel": cancel}


def _vacancy(request, pk):
    return get_object_or_404(Vacancy.objects.visible_to(request.acting), pk=pk)


@require_permission(P.POST_EDIT)
@require_GET
def vacancy_list(request):
    rows = list(Vacancy.objects.visible_to(request.acting).select_related("unit"))
    context = _page("Vacancies") | {
        "crumbs": [("Staff", reverse("staff:member-list"))],
        "open": [row for row in rows if not row.outcome],
        "closed": [row for row in rows if row.outcome],
    }
    return render(request, "staff/vacancy_list.html", context)


@require_permission(P.POST_EDIT)
@form_page
def vacancy_add(request):
    return _form(request, Vacancy(school=request.acting.school), title="Note a vacancy")


@require_permission(P.POST_EDIT)
@form_page
def vacancy_edit(request, pk):
    vacancy = _vacancy(request, pk)
    return _form(request, vacancy, title=f"Vacancy: {vacancy.title}")


def _form(request, vacancy, *, title):
    back = reverse("staff:vacancy-list")
    shown = vacancy if vacancy.pk is None else _vacancy(request, vacancy.pk)
    form = forms.VacancyForm(posted(request), instance=shown, acting=request.acting)
    stored = Vacancy(school=request.acting.school) if vacancy.pk is None else vacancy
    return FormPage(
        form=form,
        save=lambda cleaned: services.save_vacancy(
            vacancy=stored, values=form.values, version=cleaned["version"], by=request.user
        ),
        done=lambda saved: f"Vacancy {saved.title} saved.",
        then=back,
        page=_page(title, submit="Save vacancy", cancel=back),
    ).respond(request)
