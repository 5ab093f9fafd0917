"""Appeals as pages show them: how each stands, its log in the order of the law, and the list of its papers."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import F, OuterRef, Q, Subquery
from django.urls import reverse

from pupils import search
from pupils.models import Document, Pupil
from sendco.clock import corresponding_date, long_date
from sendco.due.models import DueItem

from ..letters.selectors import papers_of
from ..models import Appeal, NeedsAssessment, Plan

SOURCE = Appeal._meta.label_lower
About = Appeal.About
# What can be appealed about a request, and about a plan.
OF_REQUEST = (About.NOT_ASSESS, About.NO_PLAN, About.NOT_REASSESS)
OF_PLAN = (About.CONTENT, About.PLACEMENT, About.NOT_AMEND, About.CEASE)


# --- The list ----------------------------------------------------------------------------------------------------
def appeals_of(acting):
    """The appeals in view with the next date; what is latest stands first, what is closed last."""
    dates = DueItem.objects.open().filter(source_type=SOURCE, source_id=OuterRef("pk"), exception="")
    first = dates.order_by("due_on", "pk")
    return (
        Appeal.objects.visible_to(acting)
        .select_related("pupil__form_group", "authority", "assessment", "plan", "school")
        .annotate(next_item=Subquery(first.values("pk")[:1]), next_on=Subquery(first.values("due_on")[:1]))
        .order_by(F("closed_on").desc(nulls_first=True), F("next_on").asc(nulls_last=True), "pk")
    )


def filtered(cases, values, acting):
    show = values.get("show") or "open"
    if show != "all":
        cases = cases.filter(closed_on__isnull=show == "open")
    for name in ("authority", "about"):
        if values.get(name):
            cases = cases.filter(**{name: values[name]})
    if values.get("q"):
        cases = cases.filter(pupil__in=search.matches(Pupil.objects.all(), acting, values["q"]).values("pk"))
    return cases


def rows_for(page):
    """[(appeal, next item or None, how it stands)]. One query."""
    items = DueItem.objects.in_bulk([case.next_item for case in page if case.next_item])
    return [(case, items.get(case.next_item), stage_words(case)) for case in page]


STAGES = (
    ("complied_on", "The authority did what was ordered"),
    ("order_on", "Order or agreement: to be carried out"),
    ("hearing_on", "Hearing fixed"),
    ("lodged_on", "Appeal lodged"),
    ("certificate_on", "Certificate: the appeal can be lodged"),
    ("mediation_on", "Mediation ended"),
    ("told_on", "Mediation asked about"),
    ("contacted_on", "Mediation adviser contacted"),
)


def stage_words(case):
    if case.closed_on:
        return case.get_outcome_display() or "Closed"
    return next((words for name, words in STAGES if getattr(case, name)), "Time to appeal runs")


# --- One appeal --------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Fact:
    label: str
    words: str


@dataclass(frozen=True)
class Group:
    """A part of the log: its facts, those still empty told as such, and where to enter them."""

    key: str
    title: str
    law: str
    facts: list
    href: str

    @property
    def known(self):
        return [fact for fact in self.facts if fact.words]

    @property
    def empty(self):
        return [fact.label.lower() for fact in self.facts if not fact.words]


def _day(value):
    return long_date(value) if value else ""


def _wants(case):
    return {True: "Yes", False: "No"}.get(case.wants_mediation, "")


FREE = "Not needed for an appeal about Section I alone (s55(2))"


def log_of(case, *, may_edit):
    """The facts of the appeal in the order of the law, in three groups. An appeal about Section I skips mediation."""

    def group(key, title, law, *facts):
        href = reverse("ehcp:appeal-step", args=[case.pk, key]) if may_edit and not case.closed_on else ""
        return Group(key, title, law, [Fact(*fact) for fact in facts], href)

    return [
        group(
            "mediation",
            "Mediation",
            FREE if case.about == About.PLACEMENT else "SEND Regulations 2014, regs 32 to 39",
            ("Adviser contacted", _day(case.contacted_on)),
            ("Parent wants mediation", _wants(case)),
            ("Adviser or authority told", _day(case.told_on)),
            ("Mediation ended", _day(case.mediation_on)),
            ("Certificate issued", _day(case.certificate_on)),
        ),
        group(
            "tribunal",
            "The Tribunal",
            "Tribunal Procedure Rules 2008 (HESC), rules 20 and 21",
            ("Appeal lodged", _day(case.lodged_on)),
            ("Sent to the authority", _day(case.sent_to_la_on)),
            ("Authority's response", _day(case.la_responded_on)),
            ("School's evidence wanted by", _day(case.school_evidence_by)),
            ("School's evidence sent", _day(case.school_evidence_on)),
            ("Hearing", _day(case.hearing_on)),
        ),
        group(
            "order",
            "Outcome and order",
            "SEND Regulations 2014, regs 42, 44 and 45",
            ("Outcome", case.get_outcome_display()),
            ("The authority has to", case.get_order_display()),
            ("Order or agreement sent out", _day(case.order_on)),
            ("First step done", _day(case.draft_on)),
            ("Carried out", _day(case.complied_on)),
        ),
    ]


def lodging_words(case, item):
    """Why the last day is not simply one or two months on: August, Christmas, or a day that is no working day."""
    months = 1 if case.certificate_on and item.trigger_on == case.certificate_on else 2
    plain = corresponding_date(item.trigger_on, months)
    if plain == item.due_on:
        return ""
    if plain.month == AUGUST:
        why = "in August, whose days do not count at the Tribunal"
    elif (plain.month, plain.day) >= CHRISTMAS or (plain.month, plain.day) == NEW_YEAR:
        why = "between 25 December and 1 January, days that do not count at the Tribunal"
    else:
        why = "a day on which the Tribunal does not work"
    span = f"{months} month{'s' if months > 1 else ''}"
    return f"{span} would end on {long_date(plain)}, {why}. So the last day is the first working day after."


AUGUST, CHRISTMAS, NEW_YEAR = 8, (12, 25), (1, 1)


@dataclass(frozen=True)
class Step:
    title: str
    why: str
    label: str
    href: str


def next_step(case):
    """The one thing to do about this appeal; None once it is closed."""
    if case.closed_on:
        return None

    def to(key, title, why, label="Enter it"):
        return Step(title, why, label, reverse("ehcp:appeal-step", args=[case.pk, key]))

    if case.complied_on or case.outcome in (Appeal.Outcome.WITHDRAWN, Appeal.Outcome.NONE, Appeal.Outcome.DISMISSED):
        close = reverse("ehcp:appeal-close", args=[case.pk])
        return Step("Close the log", "Nothing is open any more.", "Close it", close)
    if case.order_on:
        return _after_order(case, to)
    if case.lodged_on:
        return _at_the_tribunal(case, to)
    if case.certificate_on or case.about == About.PLACEMENT:
        return to("tribunal", "Enter the appeal when it is lodged", "The date below is the last day.")
    if case.contacted_on:
        return to("mediation", "Enter the mediation certificate", "Without it the appeal cannot be lodged.")
    return to("mediation", "Ask whether the parent contacts the mediation adviser", "Within two months of the letter.")


# How the refusal of a request fell, by the outcome of its appeal.
REVERSAL = {Appeal.Outcome.CONCEDED: "unopposed", Appeal.Outcome.AGREED: "mediation"}


def _after_order(case, to):
    request = case.assessment
    if request and not request.closed_on and not request.reversed_on and case.order in ("assess", "make"):
        known = {
            "reversal": REVERSAL.get(case.outcome, "order"),
            "reversed_to": "plan" if case.order == Appeal.Order.MAKE else "assess",
            "reversed_on": case.order_on.isoformat(),
        }
        href = f"{reverse('ehcp:assessment-step', args=[request.pk, 'reversal'])}?{urlencode(known)}"
        why = "The new dates of the request count from the order."
        return Step("Enter on the request that the refusal fell", why, "Enter it", href)
    return to("order", "Enter when the authority has done it", "Its time runs from the day the order was sent out.")


def _at_the_tribunal(case, to):
    if case.school_evidence_by and not case.school_evidence_on:
        why = f"The Tribunal wants it by {long_date(case.school_evidence_by)}."
        return to("tribunal", "Send the school's evidence", why, "It has gone")
    if case.hearing_on:
        return to("order", "Enter the outcome", f"Hearing on {long_date(case.hearing_on)}.")
    return to("tribunal", "Enter the response and the hearing", "From the Tribunal's letters.")


# --- Beginning ---------------------------------------------------------------------------------------------------
def can_be_appealed(acting):
    """Open requests that were refused, and plans in force, whose decisions may have a log. Two lists of at most 50."""
    refused = Q(decision=NeedsAssessment.Decision.REFUSE) | Q(no_plan_on__isnull=False)
    requests = NeedsAssessment.objects.visible_to(acting).filter(refused, closed_on=None).select_related("pupil")
    plans = Plan.objects.visible_to(acting).filter(ceased_on=None, pupil__left_on=None).select_related("pupil")
    return list(requests.order_by("-decision_on", "pk")[:50]), plans.order_by("pupil__sort_name", "pk")


# --- The bundle --------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Paper:
    on: object
    what: str
    who: str
    href: str


def bundle_of(case, acting):
    """Every paper of the case that a bundle may hold, oldest first: its own, its request's and plan's, and reports."""
    rows = [row for one in (case, case.assessment, case.plan) if one for row in papers_of(one, acting)]
    found = [_paper(row) for row in rows] + _versions(case)
    letters = [row["letter"].file_id for row in rows if "letter" in row and row["letter"].file_id]
    documents = Document.objects.visible_to(acting).filter(pupil=case.pupil, removed_on=None)
    for document in documents.exclude(file_id__in=letters):
        href = reverse("pupils:document-download", args=[document.pk])
        what = f"{document.get_kind_display()}: {document.title}"
        found.append(Paper(document.dated_on, what, document.author, href))
    return sorted(found, key=lambda paper: (paper.on, paper.what))


def _paper(row):
    if "letter" in row:
        letter = row["letter"]
        href = reverse("ehcp:letter-detail", args=[letter.pk])
        return Paper(letter.dated_on, f"{letter.get_kind_display()}, to {letter.recipient}", letter.made_by.name, href)
    entry = row["entry"]
    way = "from" if entry.direction == "in" else "to"
    href = reverse("ehcp:correspondence-file", args=[entry.pk]) if entry.file_id else ""
    return Paper(entry.dated_on, f"{entry.subject}, {way} {entry.party}", entry.party, href)


def _versions(case):
    plan = case.plan or (case.assessment.plan if case.assessment else None)
    if plan is None:
        return []
    return [
        Paper(
            version.dated_on,
            f"EHC plan, version {version.number}: {version.get_kind_display().lower()}",
            plan.authority.name,
            reverse("ehcp:version-detail", args=[version.pk]),
        )
        for version in plan.versions.all()
    ]
