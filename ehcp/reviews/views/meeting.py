"""The meeting on a wall or a phone: no menu, one thing at a time, saved with every step."""

import copy

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from pupils.views.form_pages import tab_title
from sendco.formkit.page import FormPage, NoFields, form_page, posted
from sendco.refusals import Refused
from staff.access import require_permission
from staff.permissions import Permission as P

from ...models import AnnualReview, OutcomeReview, ViewDifference
from ..forms import reviews as review_forms
from ..selectors import meeting as selectors
from ..services import reviews as services
from .people import listed
from .reviews import review_address, review_or_404

WORDS = {
    "summary": review_forms.SummaryForm,
    "adulthood": review_forms.AdulthoodForm,
    "recommend": review_forms.RecommendForm,
}


@require_permission(P.CASE_EDIT)
@form_page
def review_meeting(request, pk):
    review = review_or_404(request, pk)
    if review.report_sent_on or (review.closed_on and not review.waits_for_authority):
        messages.info(request, "The report of this review has gone, so the meeting's words stay as they are.")
        return redirect(review_address(review))
    pages = selectors.pages_of(review)
    page = _page(request, pages)
    screen = Screen(request, review, page)
    return FormPage(
        form=screen.form,
        save=screen.save,
        then=lambda _answer: _onwards(request, review, pages, page),
        page=lambda: _context(screen, pages),
        template="ehcp/review_meeting.html",
        draft=screen.draft_key,
    ).respond(request)


def _page(request, pages):
    code = request.GET.get("at")
    if not code:
        return selectors.first_open(pages)
    chosen = next((page for page in pages if page.code == code), None)
    if chosen is None:
        raise Http404
    return chosen


def _onwards(request, review, pages, page):
    """Where the pressed button leads: another page of the meeting, or back to the review."""
    codes = [any_page.code for any_page in pages]
    wanted = request.POST.get("go", "")
    if wanted == "stay":
        wanted = page.code
    if wanted not in codes:
        if page is pages[-1]:
            messages.success(request, "The meeting is written up.")
        return review_address(review)
    return meeting_address(review, wanted)


def meeting_address(review, code):
    return f"{reverse('ehcp:review-meeting', args=[review.pk])}?at={code}"


class Screen:
    """One page of the meeting: its form, and saving it."""

    def __init__(self, request, review, page):
        self.request, self.review, self.page = request, review, page
        self.form = self._make()
        # Who is here is ticked in the room, and saved with the next step.
        self.draft_key = "" if page.code == "here" else f"meeting-{review.pk}-{page.code}"

    def _make(self):
        data, review, page = posted(self.request), self.review, self.page
        if page.code == "here":
            return _attended_form(data, review)
        if page.outcome is not None:
            said = page.said or OutcomeReview(review=review, outcome=page.outcome, version=0)
            return review_forms.OutcomeForm(data, instance=copy.copy(said), initial={"version": said.version})
        if page.code in WORDS:
            return WORDS[page.code](data, instance=copy.copy(review), initial={"version": review.version})
        return NoFields(data)

    def save(self, cleaned):
        if isinstance(self.form, NoFields):
            return True
        if self.page.code == "here":
            return self._attended(cleaned)
        return self._outcome(cleaned) if self.page.outcome is not None else self._words(cleaned)

    def _attended(self, cleaned):
        if cleaned["held_on"] is None:
            return True
        here = {person.pk for person in cleaned["people"]}
        return services.record_held(review=self.review, held_on=cleaned["held_on"], attended=here, by=self.request.user)

    def _outcome(self, cleaned):
        kept = services.review_outcome(
            review=self.review, outcome=self.page.outcome, by=self.request.user, version=cleaned["version"],
            **{name: cleaned[name] for name in review_forms.OutcomeForm.Meta.fields},
        )  # fmt: skip
        if cleaned["who"]:
            services.add_difference(
                review=self.review, who=cleaned["who"], view=cleaned["view"], outcome=self.page.outcome,
                by=self.request.user,
            )  # fmt: skip
        return kept

    def _words(self, cleaned):
        texts = {name: cleaned[name] for name in self.form.Meta.fields}
        return services.save_meeting(review=self.review, version=cleaned["version"], by=self.request.user, **texts)


def _attended_form(data, review):
    people, today = listed(review), timezone.localdate()
    planned = review.meeting_on if review.meeting_on and review.meeting_on <= today else None
    came = [
        person.pk
        for person in people
        if person.attended or (person.attended is None and person.answer in ("coming", "online"))
    ]
    return review_forms.AttendedForm(
        data, people=people, initial={"held_on": review.held_on or planned, "people": came}
    )


def _context(screen, pages):
    review, page = screen.review, screen.page
    place = pages.index(page)
    voices = selectors.voices_of(review)
    return {
        "title": f"{review.pupil.forename}'s {review.get_kind_display().lower()}",
        "tab_title": tab_title("Meeting"),
        "review": review,
        "pupil": review.pupil,
        "pages": pages,
        "page": page,
        "before": pages[place - 1] if place else None,
        "after": pages[place + 1] if place + 1 < len(pages) else None,
        "cancel": meeting_address(review, page.code),
        "child": next((voice for voice in voices if voice.is_child), None),
        "voices": [voice for voice in voices if not voice.is_child],
        "about": selectors.about_outcome(voices, page.outcome) if page.outcome else [],
        "lines": selectors.lines_of(page.outcome) if page.outcome else [],
        "outcomes": sum(any_page.outcome is not None for any_page in pages),
        "differences": _differences(review, page),
        "here": review.invitees.filter(removed_on=None, attended=True).count(),
        "everybody": review.invitees.filter(removed_on=None).count(),
    }


def _differences(review, page):
    rows = review.differences.select_related("outcome")
    return list(rows.filter(outcome=page.outcome) if page.outcome else rows if page.code == "recommend" else [])


@require_permission(P.CASE_EDIT)
@require_POST
def difference_remove(request, pk):
    reviews = AnnualReview.objects.visible_to(request.acting)
    row = get_object_or_404(ViewDifference.objects.select_related("review", "outcome"), review__in=reviews, pk=pk)
    code = f"outcome-{row.outcome_id}" if row.outcome_id else "recommend"
    try:
        services.remove_difference(row=row, by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
        return redirect(review_address(row.review))
    return redirect(meeting_address(row.review, code))
