"""What colleagues are asked to read, and who has."""

from functools import partial

from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from sendco.formkit.page import ConfirmPage, FormPage, form_page, posted
from sendco.limits.services import check_limit

from ..access import require_permission
from ..models import Briefing, Reading
from ..permissions import Permission as P
from ..posts.selectors import own_record
from . import forms, jobs, selectors, services


def _page(title, *, submit="", cancel="", briefing=None, **more):
    trail = [("To read", reverse("staff:briefing-list"))]
    if briefing:
        trail.append((briefing.title, address(briefing)))
    return {"title": title, "section": "reading", "crumbs": trail, "submit": submit, "cancel": cancel} | more


def address(briefing):
    return reverse("staff:briefing-detail", args=[briefing.pk])


def _briefing(request, pk):
    return get_object_or_404(Briefing.objects.visible_to(request.acting).select_related("school"), pk=pk)


@require_permission(P.STAFF_OWN)
@require_GET
def briefing_list(request):
    acting = request.acting
    rows = list(selectors.briefings_for_list(acting))
    shown = [row for row in rows if row.archived_on is None]
    context = _page("To read") | {
        "crumbs": [],
        "mine": selectors.to_read(acting),
        "kinds": [
            (kind.label, [row for row in shown if row.kind == kind])
            for kind in Briefing.Kind
            if any(row.kind == kind for row in shown)
        ],
        "archived": [row for row in rows if row.archived_on],
        "may_edit": acting.can(P.BRIEFING_EDIT),
        "today": acting.today,
    }
    return render(request, "staff/briefing_list.html", context)


@require_permission(P.STAFF_OWN)
@form_page
def briefing_detail(request, pk):
    """The text, with the button of whoever is asked to read it."""
    briefing, acting = _briefing(request, pk), request.acting
    member = own_record(acting)
    mine = selectors.reading_of(briefing, member)
    may_edit = acting.can(P.BRIEFING_EDIT)
    form = forms.ReadForm(posted(request), initial={"edition": briefing.edition})

    def page():
        return _page(briefing.title) | {
            "briefing": briefing,
            "mine": mine,
            "asks_me": bool(
                mine
                and mine.closed_on is None
                and briefing.asked_on
                and briefing.archived_on is None
                and mine.read_edition != briefing.edition
            ),
            "may_edit": may_edit,
            "readers": selectors.readers_of(briefing) if may_edit and briefing.asked_on else None,
        }

    return FormPage(
        form=form,
        save=lambda cleaned: services.confirm_read(
            briefing=briefing, edition=cleaned["edition"], member=member, by=request.user
        ),
        done="Noted that you have read it.",
        then=reverse("staff:briefing-list"),
        page=page,
        template="staff/briefing_detail.html",
    ).respond(request)


@require_permission(P.STAFF_OWN)
@require_GET
def reading_open(request, pk):
    """Where a date about reading leads: the text."""
    rows = Reading.objects.filter(member__user=request.user, member__school=request.acting.school)
    return redirect(address(get_object_or_404(rows.select_related("briefing"), pk=pk).briefing))


@require_permission(P.BRIEFING_EDIT)
@form_page
def reading_note(request, pk):
    """For somebody without an account."""
    rows = Reading.objects.filter(briefing__school=request.acting.school, member__user=None)
    reading = get_object_or_404(rows.select_related("briefing", "member"), pk=pk)
    briefing = reading.briefing
    page = _page(f"{reading.member.name} has read it?", submit="Note it", cancel=address(briefing), briefing=briefing)
    page["explanation"] = "They have no account. Note it once you have given it to them on paper."
    return ConfirmPage(
        act=partial(services.note_read, reading=reading, by=request.user),
        done="Noted.",
        then=address(briefing),
        page=page,
    ).respond(request)


@require_permission(P.BRIEFING_EDIT)
@form_page
def briefing_add(request):
    return _form(request, Briefing(school=request.acting.school), title="Write something to read", submit="Save")


@require_permission(P.BRIEFING_EDIT)
@form_page
def briefing_edit(request, pk):
    briefing = _briefing(request, pk)
    return _form(request, briefing, title=f"Change {briefing.title}", submit="Save")


def _form(request, briefing, *, title, submit):
    is_new = briefing.pk is None
    back = reverse("staff:briefing-list") if is_new else address(briefing)
    form = forms.BriefingForm(posted(request), instance=briefing if is_new else _briefing(request, briefing.pk))
    stored = Briefing(school=request.acting.school) if is_new else briefing
    return FormPage(
        form=form,
        save=lambda cleaned: services.save_briefing(
            briefing=stored,
            values=form.values,
            version=cleaned["version"],
            is_minor=cleaned.get("is_minor", False),
            by=request.user,
        ),
        done=lambda saved: f"{saved.title} saved.",
        then=address,
        page=_page(title, submit=submit, cancel=back, briefing=None if is_new else briefing),
    ).respond(request)


@require_permission(P.BRIEFING_EDIT)
@form_page
def briefing_begin(request):
    back = reverse("staff:briefing-list")
    page = _page("Begin with the usual cards?", submit="Add them", cancel=back)
    page["explanation"] = (
        "Four duty cards after the Code, and what is known of changes of the law, each marked as proposal, Act or in "
        "force. They are yours to change. Nobody is asked to read any of them before you say so."
    )
    return ConfirmPage(
        act=partial(services.ensure_first, request.acting.school, by=request.user),
        done=lambda number: f"{number} added." if number else "There is something to read already.",
        then=back,
        page=page,
    ).respond(request)


@require_permission(P.BRIEFING_EDIT)
@form_page
def briefing_ask(request, pk):
    briefing = _briefing(request, pk)
    whom = ", ".join(briefing.group_names) if briefing.groups else "everybody on the staff list"
    page = _page("Ask colleagues to read it?", submit="Ask them", cancel=address(briefing), briefing=briefing)
    page["explanation"] = (
        f"It is for {whom}. Each finds it among what is due and says with one press that it is read. Whoever comes "
        "later is asked when the post is entered."
    )
    return ConfirmPage(
        act=partial(services.ask_everybody, briefing=briefing, by=request.user),
        done=lambda number: f"{number} colleagues are asked to read it.",
        then=address(briefing),
        page=page,
    ).respond(request)


@require_permission(P.BRIEFING_EDIT)
@form_page
def briefing_archive(request, pk):
    briefing = _briefing(request, pk)
    page = _page(f"Put away {briefing.title}?", submit="Put it away", cancel=address(briefing), briefing=briefing)
    page |= {
        "explanation": "Nobody is asked to read it any more. Who has read it stays on record.",
        "danger": True,
        "cancel_words": "Keep it",
    }
    return ConfirmPage(
        act=partial(services.put_away, briefing=briefing, by=request.user),
        done="Put away.",
        then=reverse("staff:briefing-list"),
        page=page,
    ).respond(request)


@require_permission(P.BRIEFING_EDIT)
@form_page
def briefing_restore(request, pk):
    briefing = _briefing(request, pk)
    page = _page(f"Take {briefing.title} out again?", submit="Take it out", cancel=address(briefing), briefing=briefing)
    page["explanation"] = "Colleagues can read it again, and are asked where they were asked before."
    return ConfirmPage(
        act=partial(services.take_out, briefing=briefing, by=request.user),
        done="Taken out again.",
        then=address(briefing),
        page=page,
    ).respond(request)


@require_permission(P.BRIEFING_EDIT)
@form_page
def briefing_pdf(request, pk):
    briefing = _briefing(request, pk)

    def begin():
        check_limit("export", request.user.pk)
        return jobs.start(briefing, acting=request.acting)

    page = _page("Make a PDF of it?", submit="Make the PDF", cancel=address(briefing), briefing=briefing)
    page["explanation"] = "One page to print or to send to governors. It is ready in a few seconds."
    return ConfirmPage(act=begin, then=lambda job: reverse("job-detail", args=[job.pk]), page=page).respond(request)
