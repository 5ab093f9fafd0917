"""Profiles on paper: one, those of a class in one file, and cards for a lanyard."""

import io
from typing import Any

from sendco.jobs import services as jobs
from sendco.jobs.models import Job
from sendco.jobs.registry import handler
from sendco.jobs.runner import Run
from sendco.pdf.fit import DoesNotFit, fit_on_one_page
from sendco.pdf.jobs import draw
from sendco.pdf.render import PdfFailed, PdfUnavailable
from staff.acting import Acting
from staff.jobs import acting_of
from staff.permissions import Permission

from ..models import ProfileVersion, Pupil
from ..plans.jobs import keep_print
from .selectors import rows_of
from .services import TEMPLATE, context_of, page_of

MOST = 60  # pages in one file: two classes
CARDS = "reports/profile_cards.html"


def start(pupils: list[Pupil], *, as_cards: bool, acting: Acting) -> Job:
    title = "Cards for a lanyard" if as_cards else "One-page profiles"
    params = {"pupils": [pupil.pk for pupil in pupils[:MOST]], "as_cards": as_cards}
    return jobs.enqueue("pupils.profiles_pdf", title=title, by=acting.user, school_id=acting.school.pk, params=params)


@handler("pupils.profiles_pdf")
def profiles_pdf(run: Run) -> dict[str, Any]:
    """Of the pupils whom whoever asked still sees, in the order of their names."""
    acting = acting_of(run, Permission.SUPPORT_VIEW)
    pupils = list(
        Pupil.objects.visible_to(acting).filter(pk__in=run.params["pupils"]).select_related("school").by_name()
    )
    versions = []
    for row in rows_of(pupils, acting):
        if row.version is not None and row.profile is not None:
            row.version.profile, row.profile.pupil = row.profile, row.pupil
            versions.append(row.version)
    if not versions:
        raise jobs.JobFailed("None of these pupils has a published profile.")
    pages = []
    for number, version in enumerate(versions):
        run.progress(number, len(versions) + 1, "Drawing the pages")
        pages.append(page_of(version, fit=_fit(version)))
    context = {"title": "One-page profiles", "profiles": pages, "school_name": acting.school.name}
    content = draw(CARDS if run.params["as_cards"] else TEMPLATE, context, title="One-page profiles")
    if not run.params["as_cards"] and _page_count(content) > len(versions):
        # A name, a class or the sheet has changed since: each is measured as it is now.
        context["profiles"] = [page_of(version, fit=_measured(version)) for version in versions]
        content = draw(TEMPLATE, context, title="One-page profiles")
    name = "cards.pdf" if run.params["as_cards"] else "one-page-profiles.pdf"
    return keep_print(run, content, name=name, pupils=[version.profile.pupil_id for version in versions])


def _fit(version: ProfileVersion) -> int:
    """The size it was published at; measured now for one that was published where no PDF could be drawn."""
    return version.fit if version.fit is not None else _measured(version)


def _page_count(content: bytes) -> int:
    import pikepdf  # heavy, and only the worker needs it

    with pikepdf.open(io.BytesIO(content)) as whole:
        return len(whole.pages)


def _measured(version: ProfileVersion) -> int:
    try:
        return fit_on_one_page(TEMPLATE, context_of(version))[0]
    except DoesNotFit:
        who = version.profile.pupil.forename
        raise jobs.JobFailed(f"{who}'s profile is longer than a page now. Publish it again, shorter.") from None
    except (PdfUnavailable, PdfFailed) as error:
        raise jobs.JobFailed(str(error)) from error
