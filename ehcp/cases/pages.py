"""What the pages of this floor share: the tabs of the case lists, the crumbs above a case, and a form about it."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Model
from django.urls import reverse

from pupils.views.form_pages import tab_title
from sendco.formkit.page import OF_THE_KIT, FormPage

from .kind import CaseKind

CASE_TABS = (
    ("plans", "Plans", "ehcp:plan-list"),
    ("reviews", "Reviews", "ehcp:review-list"),
    ("assessments", "Requests", "ehcp:assessment-list"),
    ("consultations", "Consultations", "ehcp:consultation-list"),
    ("appeals", "Appeals", "ehcp:appeal-list"),
)


def list_page(tab, *, title):
    """Context that every case list passes to its template."""
    return {"title": title, "section": "ehcp", "case_tabs": CASE_TABS, "case_tab": tab, "crumbs": []}


def case_page(tab, *, title, more=()):
    """Context of a page below a case list: crumbs lead back to the list."""
    label, route = next((label, route) for key, label, route in CASE_TABS if key == tab)
    return {"title": title, "section": "ehcp", "crumbs": [(label, reverse(route)), *more]}


@dataclass(frozen=True)
class CasePages:
    """The pages below a case of one kind. Templates call the case by `name`, the crumbs by `crumb`."""

    kind: CaseKind
    name: str = "case"
    crumb: Callable[[Model], str] = lambda case: case.pupil.name
    template: str = "pupils/record_form.html"

    def address(self, case):
        return reverse(self.kind.route, args=[case.pk])

    def below(self, case, title, *more):
        """Context of a page below the case, with the crumbs in `more` after the case's own."""
        crumbs = [(self.crumb(case), self.address(case)), *more]
        return case_page(self.kind.tab, title=title, more=crumbs) | {self.name: case, "pupil": case.pupil}

    def form(self, request, form, service, *, case, title, submit, then=None, more=(), **context):
        """A form that calls one service and goes back to the case, or to `then(answer)`.

        The browser's tab says what is done, where anybody near the screen reads it, and does not name the child.
        """
        parts = {name: context.pop(name) for name in OF_THE_KIT & context.keys()}

        def page():
            shared = {"submit": submit, "tab_title": tab_title(submit), "cancel": self.address(case)}
            return self.below(case, title, *more) | shared | context

        return FormPage(
            **{"template": self.template} | parts,
            form=form,
            save=service,
            then=then or self.address(case),
            page=page,
        ).respond(request)
