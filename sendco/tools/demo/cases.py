"""Plans, reviews, requests and consultations at every stage, so that each clock has somebody it is running for."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from ehcp.models import (
    Advice,
    AnnualReview,
    Appeal,
    Caseworker,
    Consultation,
    Contribution,
    Correspondence,
    Invitee,
    LocalAuthority,
    NeedsAssessment,
    OutcomeReview,
    Placement,
    Plan,
    PlanOutcome,
    PlanSection,
    PlanVersion,
    ProvisionLine,
    Recommendation,
    ReviewLayout,
    ReviewMail,
    SectionLetter,
    TopUpFunding,
    ViewDifference,
)
from ehcp.reviews import chaser_days as chasers
from pupils.models import Assessment
from pupils.models.register import Code
from pupils.record.services.assessments import score_in_words
from sendco.clock import SendingDays, corresponding_date, long_date
from staff.selectors import school_calendar

from . import case_texts as texts
from .texts import TESTS as SCORES

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
Kind = AnnualReview.Kind
PRACTICE = {"Westmarch": 7, "Eastholt": None, "Northfen": 21}  # the report after so many days, as the authority asks
OFFICERS = {"Westmarch": "Maud Pellatt", "Eastholt": "Ruben Ashgrove", "Northfen": "Sunita Barrow"}


@dataclass(frozen=True)
class Stage:
    """Where a plan stands today. `weeks_left` is how far ahead the end of the twelve months lies."""

    name: str
    weeks_left: int
    year: str = ""  # the year group it needs, where it matters


def far(number):
    return [Stage("far", 14 + (place * 5) % 33) for place in range(number)]


STAGES = {
    "harbour": [
        Stage("past 12 weeks", 0),
        Stage("inside 4 weeks", 1),
        Stage("report late", 3),
        Stage("report due", 4),
        Stage("short notice", 6),
        *[Stage("preparing", weeks) for weeks in (9, 10, 11)],
        Stage("to begin", 7),
        Stage("transfer", 20, year="11"),
        *far(5),
    ],
    "kestrel": [
        Stage("past 4 weeks", 0),
        *[Stage("inside 4 weeks", weeks) for weeks in (1, 2, 2)],
        Stage("report this week", 4),
        *[Stage("preparing", weeks) for weeks in (8, 9, 10, 11)],
        Stage("to begin", 6),
        *[Stage("transfer", 24, year="6")] * 2,
        Stage("early", 30),
        *far(13),
    ],
}
# What went wrong with a past review, by its place in a row of eight: on time as a rule, as at a real school. Days
# from the meeting: the invitations and the papers are due 14 before it, the report 14 after it.
ON_TIME = {"invited": -30, "papers": -15, "report": 8}
SLIPS = {2: {"report": 17}, 4: {"papers": -9}, 6: {"invited": -12}, 7: {"report": 19}}
# Holding days back from today, for the meetings that have been held.
HELD_BACK = {
    "past 12 weeks": 93,
    "inside 4 weeks": 17,
    "past 4 weeks": 35,
    "report late": 16,
    "report due": 11,
    "report this week": 10,
}


def plan_stages(setting, children, key):
    """Give each child with a plan a stage, and status dates that agree with it. Before the children are written."""
    waiting = [child for child in children if child.code == Code.PLAN]
    waiting.sort(key=lambda child: (child.stages[-1][1], child.details["birth_on"]))
    stages = STAGES[key]
    by_year = [stage for stage in stages if stage.year]
    for stage in [*by_year, *(stage for stage in stages if not stage.year)]:
        able = [child for child in waiting if child.story != "no review date"] if stage.name != "far" else waiting
        child = next((one for one in able if not stage.year or one.year == stage.year), None) or waiting[0]
        waiting.remove(child)
        child.case = stage
        _agree(setting, child)


def _agree(setting, child):
    """The last review ended twelve months before the next is due; a plan made later came before the child did."""
    due_on = setting.days.today + child.case.weeks_left * WEEK + DAY
    concluded_on = corresponding_date(due_on, -12)
    code, since = child.stages[-1]
    if len(child.stages) > 1 and since > concluded_on:
        child.stages = [(code, child.joined_on)]
        child.reasons.pop(0, None)
    made_on = since if len(child.stages) > 1 else min(child.joined_on, concluded_on) - timedelta(days=200)
    child.plan_dates = (made_on, concluded_on)


# --- Writing -----------------------------------------------------------------------------------------------------
class Cases:
    """Writes the cases of one school into its book."""

    def __init__(self, setting):
        self.setting, self.book, self.days = setting, setting.book, setting.days
        self.today, self.senco = setting.days.today, setting.senco
        self.authorities, self.officers = {}, {}
        self.past_reviews = 0
        self.head = setting.people["head"]
        self.reminded = False
        self.agreed = False

    def add(self, row, *, on=None, by=None):
        return self.book.add(row, on=on or self.today, by=by or self.senco)

    def event(self, code, row, text, *, on, pupil=None, by=None):
        self.book.event(code, row, text, on=on, by=by or self.senco, pupil=pupil)

    def write_authorities(self, names):
        for place, name in enumerate(names):
            on = self.days.first_of(self.days.year - 1)
            row = LocalAuthority(
                school=self.setting.school,
                name=name,
                email=f"sen@{name.lower()}.example",
                telephone=f"01632 9601{place}0",
                address=f"SEN Team\nCivic Centre\n{name}",
                advice_service=f"{name} SENDIASS, 01632 9602{place}0",
                mediation_service="Common Ground Mediation, 01632 960300",
                report_days=PRACTICE.get(name),
                practice_note="Asks for its own form" if PRACTICE.get(name) else "",
            )
            self.authorities[name] = self.add(row, on=on)
            officer = Caseworker(
                school=self.setting.school,
                authority=row,
                name=OFFICERS.get(name, "Duty officer"),
                email=f"{OFFICERS.get(name, 'duty officer').split()[0].lower()}@{name.lower()}.example",
            )
            self.officers[name] = self.add(officer, on=on)
            if layout := texts.LAYOUTS.get(name):
                title, parts = layout
                parts = [{"heading": words, "note": note, "fields": list(codes)} for words, note, codes in parts]
                form = f"{name} form for the annual review"
                row = ReviewLayout(school=self.setting.school, authority=row, name=form, title=title, parts=parts)
                self.add(row, on=on)

    # --- Plans ---
    def write_plan(self, child):
        made_on, concluded_on = child.plan_dates
        undated = child.story == "no review date"
        elsewhere = child.story == "plan names another school"
        began_here = len(child.stages) > 1
        held_here = concluded_on > max(child.joined_on, made_on) + 60 * DAY
        plan = Plan(
            school=self.setting.school,
            pupil=child.pupil,
            authority=self.authorities[child.authority],
            caseworker=self.officers[child.authority],
            made_on=None if undated else made_on,
            last_concluded_on=None if undated or held_here or concluded_on <= made_on else concluded_on,
            names=Plan.Names.OTHER if elsewhere else Plan.Names.HERE,
            named_school="Fallow Court School" if elsewhere else self.setting.school.name,
        )
        on = made_on if began_here else child.joined_on
        self.add(plan, on=on)
        self.event("ehcp.plan_started", plan, f"EHC plan of {long_date(made_on)} filed", on=on, pupil=child.pupil)
        if began_here:
            self._request_behind(child, plan)
        outcomes = self._write_version(child, plan, made_on, on)
        self.add(Placement(plan=plan, setting=plan.named_school, kind="Mainstream", starts_on=made_on), on=on)
        band, amount = self.setting.rng.choice(texts.BANDS)
        self.add(TopUpFunding(plan=plan, band=band, amount=amount, starts_on=max(made_on, _april(self.today))), on=on)
        if held_here and not undated:
            self._past_review(child, plan, concluded_on)
        return plan, outcomes

    def _write_version(self, child, plan, made_on, on):
        needs, outcomes, lines = texts.PLANS.get(child.needs[0], texts.OTHER)
        name = child.pupil.forename
        version = PlanVersion(
            plan=plan,
            number=1,
            kind=PlanVersion.Kind.FINAL,
            dated_on=made_on,
            received_on=made_on,
            made_by=self.senco,
            made_at=self.book.moment(on),
            confirmed_by=self.senco,
            confirmed_at=self.book.moment(on),
        )
        self.add(version, on=on)
        words = {
            "A": texts.VIEWS,
            "B": needs,
            "C": texts.HEALTH,
            "D": texts.CARE,
            "I": texts.PLACE.replace("{setting}", plan.named_school),
            "K": texts.ADVICE,
        }
        for letter in SectionLetter.values:
            html = words.get(letter, "").format(name=name)
            self.add(PlanSection(plan_version=version, letter=letter, html=html), on=on)
        made = [
            self.add(PlanOutcome(plan_version=version, number=number, text=text.format(name=name)), on=on)
            for number, text in enumerate(outcomes, start=1)
        ]
        for number, (text, minutes, times, per, who, group_size, outcome) in enumerate(lines, start=1):
            line = ProvisionLine(
                plan_version=version, outcome=made[min(outcome, len(made)) - 1], number=number, text=text,
                minutes=minutes, times=times, per=per, who=who, group_size=group_size,
            )  # fmt: skip
            self.add(line, on=on)
        return made

    def _past_review(self, child, plan, concluded_on):
        """The review before this one, as it ended: now and then one step of it was late."""
        held_on = self.days.on_or_before(concluded_on - 21 * DAY)
        steps = ON_TIME | SLIPS.get(self.past_reviews % 8, {})
        days = {step: held_on + number * DAY for step, number in steps.items()}
        self.past_reviews += 1
        review = AnnualReview(
            school=self.setting.school, pupil=child.pupil, plan=plan, began_on=held_on - 60 * DAY,
            organiser=self.senco, meeting_on=held_on, held_on=held_on, papers_sent_on=days["papers"],
            contribute_by=held_on - 21 * DAY, place="Meeting room",
            school_report=texts.SCHOOL_REPORT.format(name=child.pupil.forename),
            recommendation=Recommendation.MAINTAIN, approved_by=self.head,
            approved_at=self.book.moment(days["report"] - 2 * DAY), report_sent_on=days["report"],
            decision=Recommendation.MAINTAIN, decision_on=concluded_on, closed_on=concluded_on,
            close_reason="The authority decided",
        )  # fmt: skip
        self.add(review, on=held_on - 60 * DAY)
        invited_on = days["invited"]
        for role, name, facts in self._people(child, plan):
            invitee = Invitee(
                review=review, role=role, name=name, invited_on=invited_on, invited_via=Invitee.Via.EMAIL,
                papers_sent_on=review.papers_sent_on, report_sent_on=review.report_sent_on, attended=True, **facts,
            )  # fmt: skip
            self.add(invitee, on=invited_on)
        text = f"{plan.authority.name} keeps the plan as it is"
        self.event("ehcp.review_decided", review, text, on=concluded_on, pupil=child.pupil)

    # --- Reviews in progress ---
    def write_review(self, child, plan, outcomes):
        write = {
            "far": None if self.agreed else self._agreed_in_mediation,
            "to begin": None,
            "preparing": self._preparing,
            "short notice": self._short_notice,
            "early": self._early,
            "transfer": self._transfer,
        }.get(child.case.name, self._held)
        if write:
            write(child, plan, outcomes)

    def _agreed_in_mediation(self, child, plan, outcomes):
        """An appeal about the plan that ended in an agreement, with one step that no appeal could order."""
        self.agreed = True
        agreed_on = self.days.back(9)
        appeal = Appeal(
            school=self.setting.school, pupil=child.pupil, authority=plan.authority, plan=plan,
            about=Appeal.About.CONTENT, letter_on=agreed_on - 45 * DAY, contacted_on=agreed_on - 38 * DAY,
            wants_mediation=True, told_on=agreed_on - 38 * DAY, mediation_on=agreed_on, order_on=agreed_on,
            outcome=Appeal.Outcome.AGREED, order=Appeal.Order.AMEND, other_steps=texts.AGREED_BESIDE,
            other_by=Appeal.OtherBy.HEALTH,
        )  # fmt: skip
        self.add(appeal, on=appeal.letter_on)
        self.event("ehcp.appeal_changed", appeal, "Appeal: mediation ended", on=agreed_on, pupil=child.pupil)

    def _review(self, child, plan, *, began_on, **facts):
        review = AnnualReview(
            school=self.setting.school, pupil=child.pupil, plan=plan, began_on=began_on, organiser=self.senco, **facts
        )
        self.add(review, on=began_on)
        self.event("ehcp.review_began", review, f"{review.get_kind_display()} begun", on=began_on, pupil=child.pupil)
        return review

    def _preparing(self, child, plan, outcomes):
        """Invited, and reports coming in. At the first of them one reminder went by itself, and one is to come."""
        invited_on = self.days.back(6)
        half_way = None if self.reminded else self._half_way(invited_on)
        meeting_on, gone = half_way or (self.days.ahead(22 + child.case.weeks_left), None)
        review = self._review(
            child, plan, began_on=self.days.back(12), meeting_on=meeting_on, place="Library",
            contribute_by=meeting_on - 18 * DAY,
        )  # fmt: skip
        missing = self._invite(child, plan, review, invited_on=invited_on, came_in=2)
        if gone:
            self._remind(child, review, missing, gone)

    def _half_way(self, invited_on):
        """(day of a meeting, the one of its two reminders that has gone); None where holidays leave no such day."""
        days = SendingDays(school_calendar(self.setting.school))
        for number in range(20, 0, -1):
            meeting_on = self.days.ahead(number)
            gone, coming = chasers.set_days(meeting_on, chasers.DEFAULT_DAYS, days)
            if gone.goes_on < self.today < coming.goes_on and not gone.is_too_soon(invited_on):
                return meeting_on, gone
        return None

    def _remind(self, child, review, missing, gone):
        """Mails that asked these people, and the reminder that went by itself on this day."""
        self.reminded = True
        told = [invitee for invitee in missing if invitee.email]
        for invitee in told:
            invitee.chased, invitee.chased_on = 1, gone.goes_on
            for kind, day, set_on in (
                (ReviewMail.Kind.REQUEST, invitee.asked_on, None),
                (ReviewMail.Kind.REMINDER, gone.goes_on, gone.on),
            ):
                moment = self.book.moment(day, 7, 4)
                mail = ReviewMail(
                    invitee=invitee, kind=kind, to=invitee.email, made_by=self.senco, made_at=moment, sent_at=moment,
                    set_on=set_on,
                )  # fmt: skip
                self.add(mail, on=day)
        words = f"Reminded by itself, {chasers.in_words([gone.number])}, in the name of {self.senco.name}"
        text = f"{words}: {', '.join(invitee.name for invitee in told)}"
        self.book.event("ehcp.contribution_asked", review, text, on=gone.goes_on, by=None, pupil=child.pupil)

    def _short_notice(self, child, plan, outcomes):
        review = self._review(
            child, plan, began_on=self.days.back(4), meeting_on=self.days.ahead(6), place="Head's office"
        )
        self._invite(child, plan, review, invited_on=self.days.back(1), came_in=0)

    def _early(self, child, plan, outcomes):
        """Asked for while the final plan after the last review is still to come."""
        held_on = self.days.on_or_before(self.today - 44 * DAY)
        days = {step: held_on + number * DAY for step, number in ON_TIME.items()}
        decided_on = held_on + 24 * DAY
        last = self._review(
            child, plan, began_on=held_on - 60 * DAY, meeting_on=held_on, held_on=held_on, place="Meeting room",
            papers_sent_on=days["papers"], recommendation=Recommendation.AMEND, approved_by=self.head,
            approved_at=self.book.moment(days["report"] - 2 * DAY), report_sent_on=days["report"],
            decision=Recommendation.AMEND, decision_on=decided_on, notice_on=decided_on,
        )  # fmt: skip
        self._invite(child, plan, last, invited_on=days["invited"], came_in=9)
        self._review(
            child, plan, began_on=self.days.back(3), kind=Kind.EARLY, asked_by="Parent",
            reason="The parent thinks that the placement may break down and asks for a review now.",
        )  # fmt: skip

    def _transfer(self, child, plan, outcomes):
        meeting_on = self.days.ahead(18)
        review = self._review(
            child, plan, began_on=self.days.back(9), kind=Kind.TRANSFER, meeting_on=meeting_on, place="Library",
            contribute_by=meeting_on - 17 * DAY,
        )  # fmt: skip
        self._invite(child, plan, review, invited_on=self.days.back(4), came_in=1)

    def _held(self, child, plan, outcomes):
        stage = child.case.name
        held_on = self.days.on_or_before(self.today - HELD_BACK[stage] * DAY)
        sent = stage in ("inside 4 weeks", "past 4 weeks", "past 12 weeks")
        facts = {}
        if sent:
            facts = {
                "approved_by": self.head,
                "approved_at": self.book.moment(held_on + 7 * DAY),
                "report_sent_on": held_on + 9 * DAY,
            }
        if stage == "past 12 weeks":
            facts |= {
                "decision": Recommendation.AMEND,
                "decision_on": held_on + 26 * DAY,
                "notice_on": held_on + 26 * DAY,
            }
        if child.year in ("9", "10", "11"):
            facts["adult_employment"], facts["adult_community"] = texts.ADULTHOOD
        review = self._review(
            child, plan, began_on=held_on - 55 * DAY, meeting_on=held_on, held_on=held_on, place="Library",
            contribute_by=held_on - 21 * DAY, papers_sent_on=held_on - 15 * DAY,
            school_report=texts.SCHOOL_REPORT.format(name=child.pupil.forename),
            recommendation=Recommendation.AMEND, recommendation_reason="Two lines of Section F need an amount.",
            **facts,
        )  # fmt: skip
        self._invite(child, plan, review, invited_on=held_on - 30 * DAY, came_in=4)
        for outcome, (progress, evidence, next_step) in zip(outcomes, texts.PROGRESS, strict=False):
            row = OutcomeReview(
                review=review, outcome=outcome, progress=progress, evidence=evidence, next_step=next_step
            )
            self.add(row, on=held_on)
        who, view = texts.DIFFERENCE
        self.add(ViewDifference(review=review, outcome=outcomes[0], who=who, view=view), on=held_on)
        self.event("ehcp.review_held", review, "Review meeting held", on=held_on, pupil=child.pupil)
        if sent:
            self.event("ehcp.report_sent", review, "Report sent", on=review.report_sent_on, pupil=child.pupil)

    def _invite(self, child, plan, review, *, invited_on, came_in):
        """Returns those who were asked and have not sent."""
        people, missing = self._people(child, plan), []
        for place, (role, name, facts) in enumerate(people):
            asked = role not in (Invitee.Role.HEAD,)
            invitee = Invitee(
                review=review, role=role, name=name, invited_on=invited_on, invited_via=Invitee.Via.EMAIL,
                asked_on=invited_on if asked else None, **facts,
            )  # fmt: skip
            if review.papers_sent_on:
                invitee.papers_sent_on = review.papers_sent_on
            if review.held_on:
                invitee.attended = place % 3 != 2
            if review.report_sent_on:
                invitee.report_sent_on = review.report_sent_on
            self.add(invitee, on=invited_on)
            if asked and place < came_in:
                self._contribution(child, invitee, on=min(invited_on + 5 * DAY, self.today))
            elif asked:
                missing.append(invitee)
        return missing

    def _people(self, child, plan):
        role = Invitee.Role
        people = [
            (role.PARENT, contact.name, {"contact": contact, "email": contact.email})
            for contact in child.contacts
            if contact.has_parental_responsibility and not contact.do_not_contact
        ]
        people.append((role.CHILD, child.pupil.name, {}))
        if child.key_worker:
            people.append(
                (role.STAFF, child.key_worker.name, {"user": child.key_worker, "email": child.key_worker.email})
            )
        officer = self.officers[child.authority]
        people += [
            (role.HEAD, self.head.name, {"user": self.head, "email": self.head.email}),
            (role.LA, officer.name, {"email": officer.email, "organisation": child.authority}),
            (role.HEALTH, "Designated clinical officer", {"email": "dco@icb.example", "organisation": "ICB"}),
            (role.SOCIAL, "Duty social worker", {"email": "duty@care.example", "organisation": child.authority}),
        ]
        return people

    def _contribution(self, child, invitee, *, on):
        kinds = {
            Invitee.Role.PARENT: (Contribution.Kind.PARENT, texts.PARENT_WORDS),
            Invitee.Role.CHILD: (Contribution.Kind.CHILD, texts.CHILD_WORDS),
            Invitee.Role.STAFF: (Contribution.Kind.STAFF, texts.SCHOOL_REPORT),
        }
        kind, words = kinds.get(invitee.role, (Contribution.Kind.PROFESSIONAL, texts.SCHOOL_REPORT))
        row = Contribution(
            invitee=invitee, kind=kind, answers={"going_well": words.format(name=child.pupil.forename)},
            saved_at=self.book.moment(on), sent_at=self.book.moment(on),
        )  # fmt: skip
        self.add(row, on=on)

    # --- Requests ---
    def write_requests(self, children):
        """One at each stage: refused and appealed, past 20 weeks, draft out, and the first weeks."""
        stages = (self._refused, self._past_final, self._draft_out, self._fresh)
        for write, child in zip(stages, children, strict=False):
            write(child)

    def _request_behind(self, child, plan):
        """The request that a plan made at this school came of, where the child was here long enough for it."""
        if plan.made_on is None:
            return
        received_on = self.days.on_or_before(plan.made_on - 19 * WEEK)
        if received_on - 20 * DAY < child.joined_on:
            return
        asked_on = received_on + 40 * DAY
        advice = {"asked_on": asked_on, "received_on": asked_on + 30 * DAY}
        row = self._request(
            child, received_on=received_on, advice=advice, decision=NeedsAssessment.Decision.ASSESS, plan=plan
        )
        row.decision_on = received_on + 38 * DAY
        row.advice_asked_on, row.advice_sent_on = asked_on, asked_on + 30 * DAY
        row.draft_served_on = received_on + 15 * WEEK
        row.representations_on = row.draft_served_on + 12 * DAY
        row.final_on = row.closed_on = plan.made_on
        row.close_reason = "The final plan came"

    def _asked(self, child, *, weeks_ago, **facts):
        received_on = self.days.on_or_before(self.today - weeks_ago * WEEK)
        return self._request(child, received_on=received_on, **facts)

    def _request(self, child, *, received_on, advice=None, **facts):
        row = NeedsAssessment(
            school=self.setting.school, pupil=child.pupil, authority=self.authorities[child.authority],
            caseworker=self.officers[child.authority], began_on=received_on - 20 * DAY,
            reason=texts.REASON_TO_ASK.format(name=child.pupil.forename), sent_at=self.book.moment(received_on, 11),
            method="email", received_on=received_on, **facts,
        )  # fmt: skip
        self.add(row, on=received_on)
        text = f"Request for an EHC needs assessment received by {child.authority}"
        self.event("ehcp.request_sent", row, text, on=received_on, pupil=child.pupil)
        for kind in Advice.Kind.values[:5]:
            self.add(Advice(assessment=row, kind=kind, **(advice or {})), on=received_on)
        return row

    def _refused(self, child):
        row = self._asked(child, weeks_ago=9)
        row.decision, row.decision_on = NeedsAssessment.Decision.REFUSE, row.received_on + 40 * DAY
        appeal = Appeal(
            school=self.setting.school, pupil=child.pupil, authority=row.authority, assessment=row,
            about=Appeal.About.NOT_ASSESS, letter_on=row.decision_on, contacted_on=row.decision_on + 8 * DAY,
            wants_mediation=True, told_on=row.decision_on + 8 * DAY,
        )  # fmt: skip
        self.add(appeal, on=row.decision_on)
        self.event(
            "ehcp.request_decided", row, f"{child.authority} will not assess", on=row.decision_on, pupil=child.pupil
        )
        letter = Correspondence(
            school=self.setting.school, pupil=child.pupil, assessment=row, direction="in", party=child.authority,
            dated_on=row.decision_on, received_on=row.decision_on, method="email", subject="Decision not to assess",
            entered_by=self.senco,
        )  # fmt: skip
        self.add(letter, on=row.decision_on)

    def _past_final(self, child):
        row = self._asked(child, weeks_ago=22, decision=NeedsAssessment.Decision.ASSESS)
        row.decision_on = row.received_on + 38 * DAY
        row.advice_asked_on = row.received_on + 40 * DAY
        row.advice_sent_on = row.advice_asked_on + 30 * DAY

    def _draft_out(self, child):
        row = self._asked(child, weeks_ago=15, decision=NeedsAssessment.Decision.ASSESS)
        row.decision_on = row.received_on + 39 * DAY
        row.advice_asked_on = row.received_on + 41 * DAY
        row.advice_sent_on = row.advice_asked_on + 36 * DAY
        row.draft_served_on = self.today - 5 * DAY

    def _fresh(self, child):
        row = self._asked(child, weeks_ago=7, decision=NeedsAssessment.Decision.ASSESS)
        row.decision_on = row.received_on + 33 * DAY
        row.advice_asked_on = row.received_on + 35 * DAY

    def write_preparations(self, children):
        """Two requests that have not gone: one with gaps, and one with all it needs, whose pack is made."""
        for child, ready in zip(children, (False, True), strict=False):
            began_on = self.days.back(12 if ready else 4)
            child.least_cycles = 3 if ready else 1
            row = NeedsAssessment(
                school=self.setting.school, pupil=child.pupil, authority=self.authorities[child.authority],
                caseworker=self.officers[child.authority], began_on=began_on,
                reason=texts.REASON_TO_ASK.format(name=child.pupil.forename) if ready else "",
            )  # fmt: skip
            self.add(row, on=began_on)
            self.event("ehcp.request_began", row, "Needs assessment begun", on=began_on, pupil=child.pupil)
            for kind in Advice.Kind.values[:5]:
                there = ready and kind in (Advice.Kind.PARENT, Advice.Kind.PSYCHOLOGY)
                advice = Advice(assessment=row, kind=kind, received_on=self.days.back(5) if there else None)
                advice.who = texts.PSYCHOLOGIST if there and kind == Advice.Kind.PSYCHOLOGY else ""
                advice.words = texts.ADVICE_GIVEN[kind].format(name=child.pupil.forename) if there else ""
                self.add(advice, on=began_on)
            if ready:
                self._score(child)

    def _score(self, child):
        test, form, scale, lowest, *_ = SCORES[0]
        row = Assessment(
            pupil=child.pupil, test=test, form=form, taken_on=self.days.back(20), scale=scale,
            score=Decimal(lowest + 3), assessed_by=self.senco.name, entered_by=self.senco,
        )  # fmt: skip
        self.add(row, on=row.taken_on)
        text = f"Assessment: {test}, {form}. {score_in_words(row)}"
        self.event("assessment.added", row, text, on=row.taken_on, pupil=child.pupil)

    # --- Consultations ---
    def write_consultations(self, numbers):
        """The day of the 15 on which each stands: answered ones are given as a negative number. From the twelfth day on
        the reply lies before the head."""
        for place, number in enumerate(numbers):
            name, needs = texts.CONSULTED[(place + 2 * (len(numbers) == 3)) % len(texts.CONSULTED)]
            answered = number < 0
            received_on = self.today - (20 * DAY if answered else number * DAY)
            authority = list(self.authorities)[place % len(self.authorities)]
            row = Consultation(
                school=self.setting.school, authority=self.authorities[authority],
                caseworker=self.officers[authority], child_name=name,
                child_birth_on=date(self.days.year - 11 - 2 * place, 5, 14), child_year=f"Year {6 + place}",
                coming_from="Another school", received_on=received_on, method="email", needs=needs,
                class_name="Year 7 and 8", class_size=14, class_plans=9, class_support=5,
                class_adults="One teacher, one assistant", drafted_by=self.senco,
            )  # fmt: skip
            if answered:
                row.reply, row.grounds = Consultation.Reply.CANNOT, [Consultation.Ground.EDUCATION.value]
                row.evidence, row.steps_considered = {Consultation.Ground.EDUCATION.value: texts.EVIDENCE}, texts.STEPS
                row.ready_at = self.book.moment(received_on + 7 * DAY)
                row.approved_by, row.approved_at = self.head, self.book.moment(received_on + 8 * DAY)
                row.sent_on, row.sent_via = received_on - number * DAY, "email"
                row.proof = "Read receipt kept with the mail"
            elif number > 11:
                row.reply, row.needed = Consultation.Reply.CAN_IF, texts.NEEDED
                row.ready_at = self.book.moment(self.days.back(1))
            self.add(row, on=received_on)
            self.event("ehcp.consultation_received", row, f"Consulted by {authority}", on=received_on)


def _april(today):
    return date(today.year if today.month >= 4 else today.year - 1, 4, 1)


def write(setting, children, *, authorities, requests, consultations):
    """Write every case of one school. `requests` children on SEN Support have a request running."""
    cases = Cases(setting)
    cases.write_authorities(authorities)
    for child in [one for one in children if one.code == Code.PLAN]:
        plan, outcomes = cases.write_plan(child)
        cases.write_review(child, plan, outcomes)
    able = [
        one
        for one in children
        if one.code == Code.SUPPORT and not one.story and one.joined_on < cases.today - 170 * DAY
    ]
    cases.write_requests(able[-requests:])
    cases.write_preparations(able[-requests - 2 : -requests])
    cases.write_consultations(consultations)
