"""A timetable from a file: choose it, see what it would change, save it, take it back."""

from datetime import date

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from pupils.deployment.services import carry_pupils, put_pupils
from pupils.models import SlotPupil
from pupils.spreadsheets import csv_bytes
from sendco.audit import services as audit
from sendco.drafts.services import discard_draft, load_draft, save_draft
from sendco.formkit.page import ConfirmPage, FormPage, form_page, posted
from sendco.limits.services import check_limit
from sendco.refusals import Refused
from staff.access import require_permission
from staff.board import imports
from staff.board.plans import plan_of
from staff.board.refusals import BoardReason
from staff.board.views import address, timetable_in_view
from staff.forms.days import DayField
from staff.models import Timetable, TimetableImport
from staff.permissions import Permission as P

from . import importing

SHOWN = 60


class FileForm(forms.Form):
    from_on = DayField(label="From which day", help_text="What is before this day stays as it was.")
    file = forms.FileField(
        label="Table of slots",
        max_length=200,
        help_text="CSV with the columns Adult, Day, Week, From, Until, Kind, Class or group, Doing, Place. "
        "Download the board as it is, change it in a spreadsheet, save it as CSV.",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv"}),
    )

    def __init__(self, *args, timetable, **kwargs):
        super().__init__(*args, **kwargs)
        self.timetable = timetable
        self.fields["from_on"].initial = max(timezone.localdate(), timetable.starts_on)

    def clean(self):
        """Read the file; afterwards `text` holds it."""
        data = super().clean()
        if "file" not in data or "from_on" not in data:
            return data
        try:
            imports.check_first_day(self.timetable, data["from_on"], timezone.localdate())
        except Refused as refusal:
            self.add_error("from_on", str(refusal))
        try:
            self.text = importing.text_of(data["file"].read(importing.MAX_BYTES + 1))
            importing.table_of(self.text)
        except importing.Unreadable as error:
            self.add_error("file", str(error))
        return data


class CheckForm(forms.Form):
    sum = forms.CharField(widget=forms.HiddenInput, max_length=64)
    sure = forms.BooleanField(required=False, label="Yes, these slots go")


def _page(timetable, title, **more):
    trail = [
        ("Deployment board", reverse("board")),
        ("Timetables", reverse("staff:timetable-list")),
        (timetable.name, address(timetable)),
    ]
    return {"title": title, "section": "board", "crumbs": trail, "cancel": address(timetable)} | more


def _key(timetable):
    # No form's draft has such a key: what lies there was read from a file.
    return f"timetable-import:{timetable.pk}"


@require_permission(P.TIMETABLE_EDIT)
@form_page
def timetable_import(request, pk):
    timetable = timetable_in_view(request, pk)
    if request.method == "POST":
        check_limit("upload", request.user.pk)
    form = FileForm(posted(request), request.FILES or None, timetable=timetable)

    def keep(cleaned):
        data = {"text": form.text, "from_on": cleaned["from_on"].isoformat()}
        save_draft(by=request.user, school_id=timetable.school_id, form_key=_key(timetable), data=data)

    return FormPage(
        form=form,
        save=keep,
        then=reverse("timetable-import-check", args=[pk]),
        page=_page(timetable, "Read slots from a file", submit="Read the file")
        | {"lead": "You see what would be placed and what would go before anything is saved."},
    ).respond(request)


@require_permission(P.TIMETABLE_EDIT)
@form_page
def timetable_import_check(request, pk):
    timetable = timetable_in_view(request, pk)
    draft = load_draft(by=request.user, school_id=timetable.school_id, form_key=_key(timetable))
    if draft is None:
        messages.warning(request, "Choose the file again.")
        return redirect("timetable-import", pk=pk)
    from_on = date.fromisoformat(draft.data["from_on"])

    def planned():
        read = importing.read(draft.data["text"], school=request.acting.school, timetable=timetable, from_on=from_on)
        return read, plan_of(timetable, from_on, read.rows)

    reading, plan = planned()
    form = CheckForm(posted(request), initial={"sum": plan.sum})

    @transaction.atomic
    def save(cleaned):
        # Of two who save at once the second compares with what the first has done.
        Timetable.objects.select_for_update().get(pk=timetable.pk)
        read, now = planned()
        if read.problems or cleaned["sum"] != now.sum:
            raise Refused(BoardReason.PLAN_CHANGED)
        if now.is_far_smaller and not cleaned["sure"]:
            raise Refused(BoardReason.NOT_CONFIRMED, field="sure")
        done = apply(timetable, from_on, now, by=request.user)
        discard_draft(by=request.user, school_id=timetable.school_id, form_key=_key(timetable))
        return done

    page = _page(timetable, "Check the slots", cancel=reverse("timetable-import", args=[pk]))
    return FormPage(
        form=form,
        save=save,
        done=lambda done: f"{len(done.placed)} slots placed. You can take the file back on this page.",
        then=address(timetable),
        page=page
        | {
            "timetable": timetable,
            "from_on": from_on,
            "plan": plan,
            "lines": reading.lines,
            "adults": len({row.member.pk for row in reading.rows}),
            "problems": reading.problems[: importing.MOST_PROBLEMS],
            "more_problems": max(0, len(reading.problems) - importing.MOST_PROBLEMS),
            "placed": plan.new[:SHOWN],
            # All of them: what goes is read before it goes.
            "going": plan.gone,
            "changed": plan.changed[:SHOWN],
        },
        template="pages/board/import_check.html",
    ).respond(request)


@transaction.atomic
def apply(timetable, from_on, plan, *, by):
    """Apply the plan with the children of the slots that go."""
    done, pairs, removed = imports.apply(timetable=timetable, from_on=from_on, plan=plan, by=by)
    carry_pupils(pairs=pairs, by=by)
    for pk, facts in removed:
        places = list(SlotPupil.objects.filter(slot=pk))
        facts["pupils"] = [place.pupil_id for place in places]
        for place in places:
            with audit.saving(place, by=by, reason="not in the file"):
                place.delete()
    return imports.finish(done=done, removed=removed, by=by)


@require_permission(P.TIMETABLE_EDIT)
@form_page
def timetable_import_undo(request, pk):
    rows = TimetableImport.objects.filter(timetable__school=request.acting.school).select_related("timetable__school")
    done = get_object_or_404(rows, pk=pk)
    timetable = done.timetable

    @transaction.atomic
    def take_back():
        undone = imports.undo(done=done, by=request.user)
        carry_pupils(pairs=undone.pairs, by=request.user)
        put_pupils(places=undone.children, by=request.user)
        return undone.left_alone

    gone = len(done.ended) + len(done.removed)
    page = _page(timetable, "Take this file back?", submit="Take it back") | {
        "explanation": f"{len(done.placed)} slots that it placed go, {gone} that it took off are there again. "
        "Days that have passed stay as they were.",
        "danger": True,
        "cancel_words": "Keep it",
    }
    return ConfirmPage(
        act=take_back,
        done=lambda left: (
            f"Taken back, but for {left} slots that somebody changed meanwhile." if left else "Taken back."
        ),
        then=address(timetable),
        page=page,
    ).respond(request)


@require_permission(P.TIMETABLE_EDIT)
@require_GET
def timetable_download(request, pk):
    """The slots of today and later as a table that reads back."""
    timetable = timetable_in_view(request, pk)
    slots = timetable.slots.exclude(ends_on__lt=request.acting.today).select_related("member", "kind", "group")
    ordered = slots.order_by("member__name", "weekday", "starts_at", "pk")
    response = HttpResponse(
        csv_bytes(importing.HEADINGS, importing.lines_of(ordered, request.acting.today)),
        content_type="text/csv; charset=utf-8",
    )
    response["Content-Disposition"] = f'attachment; filename="timetable-{timetable.pk}.csv"'
    return response
