"""The meeting on a wall or a phone: no menu, one thing at a time, saved with every step."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from pupils.views.form_pages import attempt, attempt_versioned, posted, tab_title
from sendco.drafts.services import discard_draft, load_draft
from sendco.refusals import Refused
from staff.access import require_permission
from staff.permissions import Permission as P

from ...models import AnnualReview, OutcomeReview, ViewDifference
from ..forms import reviews as forms
from ..selectors import meeting as selectors
from ..services import reviews as services
from .people import listed
from .reviews import form_page, review_address, review_or_404

WORDS = {"summary": forms.SummaryForm, "adulthood": forms.AdulthoodForm, "recommend": forms.RecommendForm}


@require_permission(P.CASE_EDIT)
@form_page
def review_meeting(request, pk):
    review = review_or_404(request, pk)
    if review.closed_on or review.report_sent_on:
        messages.info(request, "The report of this review has gone, so the meeting's words stay as they are.")
        return redirect(review_address(review))
    pages = selectors.pages_of(review)
    page = _page(request, pages)
    screen = Screen(request, review, page)
    if request.method == "POST" and screen.save():
        return redirect(_onwards(request, review, pages, page))
    return render(request, "ehcp/review_meeting.html", _context(screen, pages), status=422 if screen.failed else 200)


def _page(request, pages):
    code = request.GET.get("at")
    if not code:
        return selectors.first_open(pages)
    found = next((page for page in pages if page.code == code), None)
    if found is None:
        raise Http404
    return found


def _onwards(request, review, pages, page):
    """Where the pressed button leads: another page of the meeting, or back to the review."""
    codes = [one.code for one in pages]
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
    """One page of the meeting: its form, what was typed before a time-out, and saving it."""

    def __init__(self, request, review, page):
        self.request, self.review, self.page, self.conflict = request, review, page, None
        self.draft = {
            "by": request.user,
            "school_id": request.acting.school.pk,
            "form_key": f"meeting-{review.pk}-{page.code}",
        }
        self.form = self._make()

    @property
    def failed(self):
        return self.form is not None and (bool(self.form.errors) or self.conflict is not None)

    def _typed(self):
        """Words that were typed and not saved, unless somebody saved this page meanwhile."""
        draft = load_draft(**self.draft) if self.request.method == "GET" else None
        return {name: values[-1] for name, values in draft.data.items() if values} if draft else {}

    def _make(self):
        data, review, page = posted(self.request), self.review, self.page
        if page.code == "here":
            return _attended_form(data, review)
        if page.outcome is not None:
            said = page.said or OutcomeReview(review=review, outcome=page.outcome, version=0)
            return forms.OutcomeForm(data, instance=said, initial={"version": said.version} | self._typed())
        if page.code in WORDS:
            return WORDS[page.code](data, instance=review, initial={"version": review.version} | self._typed())
        return None

    def save(self):
        if self.form is None:
            return True
        if self.page.code == "here":
            return bool(attempt(self.form, self._attended))
        service = self._outcome if self.page.outcome is not None else self._words
        saved, self.form, self.conflict = attempt_versioned(self.form, service, self._rebind)
        if saved:
            discard_draft(**self.draft)
        return bool(saved)

    def _rebind(self, data, stored):
        return type(self.form)(data, instance=stored)

    def _attended(self, cleaned):
        if cleaned["held_on"] is None:
            return True
        here = {person.pk for person in cleaned["people"]}
        return services.record_held(review=self.review, held_on=cleaned["held_on"], attended=here, by=self.request.user)

    def _outcome(self, cleaned):
        kept = services.review_outcome(
            review=self.review, outcome=self.page.outcome, by=self.request.user, version=cleaned["version"],
            **{name: cleaned[name] for name in forms.OutcomeForm.Meta.fields},
        )  # fmt: skip
        if cleaned["who"]:
            services.add_difference(
                review=self.review, who=cleaned["who"], view=cleaned["view"], outcome=self.page.outcome,
                by=self.request.user,
            )  # fmt: skip
        return kept

    def _words(self, cleaned):
        words = {name: cleaned[name] for name in self.form.Meta.fields}
        return services.save_meeting(review=self.review, version=cleaned["version"], by=self.request.user, **words)


def _attended_form(data, review):
    people, today = listed(review), timezone.localdate()
    planned = review.meeting_on if review.meeting_on and review.meeting_on <= today else None
    came = [one.pk for one in people if one.attended or (one.attended is None and one.answer in ("coming", "online"))]
    return forms.AttendedForm(data, people=people, initial={"held_on": review.held_on or planned, "people": came})


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
        "form": screen.form,
        "conflict": screen.conflict,
        "draft_key": "" if page.code == "here" else screen.draft["form_key"],
        "child": next((voice for voice in voices if voice.is_child), None),
        "voices": [voice for voice in voices if not voice.is_child],
        "about": selectors.about_outcome(voices, page.outcome) if page.outcome else [],
        "lines": selectors.lines_of(page.outcome) if page.outcome else [],
        "outcomes": sum(one.outcome is not None for one in pages),
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
