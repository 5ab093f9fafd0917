"""What can be said only when the cases and their dates are there: why something was late, and papers to be drawn."""

from collections import defaultdict
from datetime import timedelta

from ehcp.models import AnnualReview, NeedsAssessment, ReviewReport
from ehcp.requests.pack import Part
from ehcp.reviews import layouts
from governance.models import MissedDeadline
from governance.selectors.missed import DONE_LATE, KEY, late
from pupils.models import Pupil
from sendco.audit import services as audit
from sendco.clock import Duty
from sendco.due.models import DueItem
from sendco.jobs.models import Job

from . import case_texts as texts

YEAR = timedelta(days=365)
UNSAID = 2  # the newest late duties of ours that nobody has explained yet
FRESH = timedelta(days=12)  # since the meeting: a report that is written and not late yet


def add(setting):
    """Write it behind the book's first rows. The papers are drawn by the site's worker, as after a click."""
    _explain(setting)
    reports = _reports(setting)
    setting.book.write()
    for report in reports:
        report.job_id = _job(setting, "ehcp.review_report", "Make the report of a review", report=report.pk).pk
        _keep(setting, report, "job_id")
    _packs(setting)


# --- Why it was late ---------------------------------------------------------------------------------------------
def _explain(setting):
    today, school = setting.days.today, setting.school
    items = late(DueItem.objects.filter(school_id=school.pk, due_on__gte=today - YEAR), today)
    ours = items.filter(DONE_LATE, duty=Duty.SCHOOL, rule__in=texts.LATE).order_by("-due_on", "-pk")
    told = defaultdict(int)
    # Of what is open and late, every other one: the rest nobody has come to yet. A look at a pupil is taken, and needs
    # no words.
    still = items.filter(met_on=None, closed_on=None, duty=Duty.SCHOOL, rule__in=texts.LATE)
    still = still.exclude(rule="watch.look_again").order_by("due_on", "pk")
    for item in [*still[::2], *ours[UNSAID:]]:
        said = texts.LATE[item.rule]
        _say(setting, item, said[told[item.rule] % len(said)])
        told[item.rule] += 1
    # Every other one of the authorities': a school writes about those that it chases.
    for place, item in enumerate(items.filter(duty=Duty.LA).order_by("-due_on", "-pk")[::2]):
        _say(setting, item, texts.LATE_THEIRS[place % len(texts.LATE_THEIRS)])


def _say(setting, item, said):
    cause, happened, mend = said
    ended = max(item.due_on, item.met_on or item.closed_on or item.due_on)
    on = min(setting.days.on_or_before(ended + timedelta(days=5)), setting.days.back(1))
    facts = {name: getattr(item, name) for name in (*KEY, "pupil_id", "title", "duty", "due_on", "met_on")}
    row = MissedDeadline(
        school=setting.school,
        cause=cause,
        happened=happened,
        mend=mend,
        by=setting.senco,
        at=setting.book.moment(on),
        **facts,
    )
    setting.book.add(row, on=on, by=setting.senco)
    text = f"{item.title}: why it was late. {row.get_cause_display()}."
    about = Pupil(pk=item.pupil_id) if item.pupil_id else None
    setting.book.event("due.late_explained", row, text, on=on, by=setting.senco, pupil=about)


# --- Papers ------------------------------------------------------------------------------------------------------
def _reports(setting):
    """The report of each meeting that was held lately: written, and waiting for the head."""
    today, yesterday = setting.days.today, setting.days.back(1)
    held = AnnualReview.objects.filter(school=setting.school, report_sent_on=None, held_on__gte=today - FRESH)
    made = []
    for review in held.select_related("school", "pupil", "plan__authority", "organiser").order_by("pk"):
        name, title, parts = layouts.layout_for(review.plan.authority)
        body, lost = layouts.fill(parts, review)
        report = ReviewReport(
            review=review,
            layout_name=name,
            title=title,
            body=body,
            lost_fields=lost,
            made_by=setting.senco,
            made_at=setting.book.moment(yesterday),
        )
        made.append(setting.book.add(report, on=yesterday, by=setting.senco))
        text = f"Report of the review made: {name}"
        setting.book.event(
            "ehcp.report_made", review, text, on=yesterday, by=setting.senco, pupil=Pupil(pk=review.pupil_id)
        )
    return made


def _packs(setting):
    """The pack of each request that says why it is asked and has not gone."""
    ready = NeedsAssessment.objects.filter(school=setting.school, sent_at=None, closed_on=None).exclude(reason="")
    for case in ready.order_by("pk"):
        job = _job(
            setting,
            "ehcp.request_pack",
            "Make a request pack",
            assessment=case.pk,
            parts=[part.value for part in Part],
            documents=[],
        )
        case.pack_job_id = job.pk
        _keep(setting, case, "pack_job_id")


def _keep(setting, row, field):
    with audit.saving(row, by=setting.senco):
        row.save(update_fields=[field])


def _job(setting, kind, title, **params):
    """The sweep hands it to a worker once the site runs: while the demo is filled nobody may be there to take it."""
    return Job.objects.create(
        kind=kind, title=title, user_id=setting.senco.pk, school_id=setting.school.pk, params=params
    )
