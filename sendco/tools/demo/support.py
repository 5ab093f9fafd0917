"""Support plans: for every pupil on SEN support, in cycles over two years, each at a stage of its own."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal

from pupils.models import (
    CohortTarget,
    PlanKind,
    PlanNote,
    PlanReader,
    PlanStrategy,
    PlanVoice,
    ReviewWindow,
    SupportOutcome,
    SupportPlan,
    Target,
    TargetReview,
    TargetValue,
    WindowClass,
)
from pupils.models.plans import wording_of
from pupils.models.register import Code
from sendco.clock import long_date

from . import plan_texts as texts

A_CYCLE = timedelta(weeks=13)
TWO_YEARS = timedelta(weeks=104)
NEWEST = timedelta(days=21)  # who came to SEN support so lately has no plan yet
NURSERY = ("N1", "N2", "R")
JUDGED = ("partly", "met", "partly", "not_met")


def add(setting, children):
    """Gather it into the book."""
    writer = Writer(setting)
    supported = [child for child in children if child.code == Code.SUPPORT and child.pupil and not child.left]
    for place, child in enumerate(supported):
        writer.write(child, place)
    writer.leaver(next(child for child in setting.leavers if child.code == Code.SUPPORT))
    writer.cohort()
    writer.window()


class Writer:
    def __init__(self, setting):
        self.setting, self.book, self.days = setting, setting.book, setting.days
        self.today, self.senco = setting.days.today, setting.people["senco"]
        self.kinds = {kind.code: kind for kind in PlanKind.objects.filter(school=None)}
        self.open_plans, self.first_targets = [], []
        self.in_nursery = None

    # --- One child ---
    def write(self, child, place):
        since = child.entries[-1].starts_on
        if self.today - since < NEWEST and child.least_cycles == 1:
            return
        began = self.days.on_or_before(max(since + timedelta(days=7), self.today - TWO_YEARS, child.joined_on))
        # The last review lies before, on or after today: by the child's place.
        offset = timedelta(days=(-20, -6, 3, 9, 16, 30)[place % 6])
        cycles = max(child.least_cycles, round((self.today + offset - began) / A_CYCLE))
        length = (self.today + offset - began) / cycles
        previous = None
        for number in range(1, cycles + 1):
            starts_on = self.days.on_or_before(began + length * (number - 1))
            is_last = number == cycles
            review_on = max(began + length * number, starts_on)
            if previous is not None:
                starts_on = previous.closed_on
            previous = self._cycle(child, place, number, starts_on, review_on, previous, is_last=is_last)
        self._more(child, place, previous)

    def _cycle(self, child, place, number, starts_on, review_on, previous, *, is_last):
        name, by = child.pupil.forename, self.senco
        plan = SupportPlan(
            pupil=child.pupil, kind=self.kinds["sen_support"], previous=previous, cycle=number, lead=by,
            starts_on=starts_on, review_on=review_on, entered_by=by,
            assessed={
                "known": texts.KNOWN.format(name=name),
                "strengths": texts.STRENGTHS[place % len(texts.STRENGTHS)],
            },
        )  # fmt: skip
        plan.is_confidential = place == 12
        if not is_last:
            plan.closed_on = self.days.on_or_before(review_on)
            plan.closed_by, plan.ending = by, SupportPlan.Ending.REVIEWED
            plan.review_note = "Met with the parents. We agreed to go on with what helps and to change one thing."
        self.book.add(plan, on=starts_on, by=by)
        told = f"SEN support plan: cycle {number} begun, to be reviewed by {long_date(review_on)}"
        self._event(plan, "support.begun", told, starts_on)
        if plan.closed_on:
            self._event(plan, "support.closed", f"SEN support plan: cycle {number} reviewed and closed", plan.closed_on)
        if plan.is_confidential:
            self.book.add(PlanReader(plan=plan, user=by, starts_on=starts_on), on=starts_on, by=by)
        need = child.needs[0] if child.needs else ""
        outcome = SupportOutcome(
            plan=plan, number=1, text=texts.OUTCOMES.get(need, texts.OUTCOME).format(name=name),
            area=texts.AREAS.get(need, ""),
        )  # fmt: skip
        self.book.add(outcome, on=starts_on, by=by)
        earlier = getattr(previous, "demo_targets", {})
        plan.demo_targets = {}
        pool = (*texts.AIMS.get(need, ()), *texts.PLAIN_AIMS)
        turn = (number - 1) // 2  # the same targets stand for two cycles, then others
        for which in range(1, 3 + place % 2):
            aim = pool[(turn + which + place) % len(pool)]
            target = self._target(outcome, aim, which, place, number, earlier.get(aim.text), name)
            plan.demo_targets[aim.text] = target
            self._values(target, aim, place, plan, is_last=is_last)
        self._strategies(plan, need, number, name)
        words = texts.CHILD_SAYS[(place + number) % len(texts.CHILD_SAYS)]
        self.book.add(
            PlanVoice(plan=plan, words=words, method=PlanVoice.Method.TALK, said_on=starts_on, taken_by=by),
            on=starts_on,
            by=by,
        )
        if is_last:
            self.open_plans.append(plan)
        return plan

    def _event(self, plan, code, text, on):
        if not plan.is_confidential:
            self.book.event(code, plan, text, on=on, by=self.senco, pupil=plan.pupil)

    def _target(self, outcome, aim, which, place, cycle, earlier, name):
        target = Target(
            outcome=outcome, number=which, text=aim.text.format(name=name), measure=aim.measure, unit=aim.unit,
            how=aim.how, lower_is_better=aim.lower, by_on=outcome.plan.review_on,
        )  # fmt: skip
        sign = -1 if aim.lower else 1
        if earlier is not None and not earlier.demo_goes_on:
            earlier = None  # after a while it is needed again, from the start
        start = aim.start + place % 3 if earlier is None else earlier.demo_last
        target.baseline, target.baseline_on = Decimal(max(start, 0)), outcome.plan.starts_on
        target.aim = Decimal(max(start + sign * aim.step * 2, 0))
        if aim.measure in ("percent", "scale"):
            most = 100 if aim.measure == "percent" else 10
            target.baseline, target.aim = min(target.baseline, most), min(target.aim, most)
            if aim.measure == "scale":
                target.baseline, target.aim = max(target.baseline, Decimal(1)), max(target.aim, Decimal(1))
        if earlier is not None:
            target.carried_from, target.cycles, target.carry_reason = earlier, earlier.cycles + 1, "on_track"
        if place == 4 and which == 1 and cycle == 1:
            target.aim, target.by_on, target.measure, target.unit = None, None, "", ""
        target.wording = wording_of(target.text, outcome.plan.pupil)
        target.demo_last, target.demo_goes_on = int(target.baseline), False
        target.demo_most = 2 if place % 3 == 0 else 1  # some stand for a third cycle
        self.book.add(target, on=outcome.plan.starts_on, by=self.senco)
        if outcome.plan.closed_on is None and target.measure:
            self.first_targets.append(target)
        return target

    def _values(self, target, aim, place, plan, *, is_last):
        """One value in the middle of a cycle, and one at its review. Of the last cycle some are not measured yet."""
        if not target.measure:
            return
        sign = -1 if aim.lower else 1
        last = plan.closed_on or self.today
        middle = self.days.on_or_before(plan.starts_on + (last - plan.starts_on) / 2)
        if place % 5 != 3 and middle > plan.starts_on:
            # Measured at home, once: shown, and left out of what was gained.
            self._value(target, sign * (aim.step // 2 or 1), middle, otherwise=place % 7 == 2 and target.number == 1)
        judgement = JUDGED[(place + target.number + plan.cycle) % len(JUDGED)]
        if target.demo_last + sign * aim.step in (0, 10) or target.measure == "percent" and target.demo_last > 80:
            judgement = "met"  # nothing is left to aim for
        if plan.closed_on:
            review = self._review(target, judgement, plan.closed_on)
            more = sign * aim.step * (2 if judgement == "met" else 1)
            self._value(target, more, plan.closed_on, review=review)
        elif is_last and plan.review_on <= self.today + timedelta(days=9) and place % 2:
            review = self._review(target, judgement, None)
            self._value(target, sign * aim.step, self.days.back(1), review=review)

    def _value(self, target, more, on, review=None, *, otherwise=False):
        value = max(target.demo_last + more, 0)
        if target.measure in ("percent", "scale"):
            value = min(value, 100 if target.measure == "percent" else 10)
        if target.measure == "scale":
            value = max(value, 1)
        row = TargetValue(
            target=target, taken_on=on, value=Decimal(value), review=review, taken_by=self.senco, otherwise=otherwise,
            note="Measured at home" if otherwise else "",
        )  # fmt: skip
        self.book.add(row, on=on, by=self.senco)
        if review is not None:
            target.demo_last = value

    def _review(self, target, judgement, on):
        review = TargetReview(target=target, judgement=judgement, comment=texts.COMMENTS[judgement])
        review.next_step = "done" if judgement == "met" or target.cycles > target.demo_most else "carry"
        target.demo_goes_on = review.next_step == "carry"
        review.carry_reason = "on_track" if review.next_step == "carry" else ""
        review.written_by, review.settled_on = self.senco, on
        review.settled_by = self.senco if on else None
        return self.book.add(review, on=on or self.days.back(1), by=self.senco)

    def _strategies(self, plan, need, number, name):
        for text, who, how_often in texts.STRATEGIES.get(need, texts.PLAIN_STRATEGIES):
            row = PlanStrategy(
                plan=plan, text=text.format(name=name), who=who, how_often=how_often, times=number,
                added_by=self.senco, added_on=plan.starts_on,
            )  # fmt: skip
            self.book.add(row, on=plan.starts_on, by=self.senco)

    def _more(self, child, place, plan):
        """What makes some plans awkward: parents who differ, a behaviour plan beside it, a target of its own day."""
        told = [one for one in child.contacts if not one.do_not_contact]
        on = max(plan.starts_on, self.days.back(10))
        says = (texts.PARENT_SAYS[place % 2], texts.OTHER_PARENT_SAYS)
        for contact, words in list(zip(told, says, strict=False))[: 2 if place % 9 == 2 else 1]:
            voice = PlanVoice(plan=plan, contact=contact, words=words, method="talk", said_on=on, taken_by=self.senco)
            self.book.add(voice, on=on, by=self.senco)
        if place % 3 == 0:
            note = PlanNote(plan=plan, text=texts.NOTES[place % 3 + place % 2], happened_on=on, added_by=self.senco)
            self.book.add(note, on=on, by=self.senco)
        if place % 11 == 5:
            target = next(iter(plan.demo_targets.values()))
            target.review_on = self.days.ahead(4)
        if place % 8 == 1:
            self._beside(child, "behaviour", on, {"before": "Changes of room, and being watched."})
        if child.year in NURSERY and not self.in_nursery:
            self.in_nursery = self._beside(
                child, "early_years", on, {"known": "Health visitor's check at two.", "play": "Alone, with cars."}
            )

    def _beside(self, child, kind, on, assessed):
        """A plan of another kind beside the one for SEN support."""
        plan = SupportPlan(
            pupil=child.pupil, kind=self.kinds[kind], lead=self.senco, starts_on=on, entered_by=self.senco,
            review_on=on + timedelta(weeks=6), assessed=assessed,
        )  # fmt: skip
        return self.book.add(plan, on=on, by=self.senco)

    def leaver(self, child):
        """Somebody who left while a cycle was open."""
        starts_on = max(self.days.on_or_before(child.left[0] - timedelta(weeks=5)), child.joined_on)
        plan = SupportPlan(
            pupil=child.pupil, kind=self.kinds["sen_support"], lead=self.senco, starts_on=starts_on,
            review_on=starts_on + A_CYCLE, assessed={"known": texts.KNOWN.format(name=child.pupil.forename)},
            entered_by=self.senco,
        )  # fmt: skip
        self.book.add(plan, on=starts_on, by=self.senco)

    # --- The school ---
    def cohort(self):
        known = Counter(target.text for target in self.first_targets if target.measure == "percent")
        if not known:
            return
        text = known.most_common(1)[0][0]
        alike = [target for target in self.first_targets if target.text == text][:6]
        cohort = CohortTarget(
            school=self.setting.school, title="Ready to learn, this term", text=alike[0].text, measure="percent",
            unit=alike[0].unit, how=alike[0].how, aim=alike[0].aim, by_on=alike[0].by_on,
        )  # fmt: skip
        self.book.add(cohort, on=self.days.back(30), by=self.senco)
        for target in alike:
            target.cohort = cohort

    def window(self):
        """Reviews of this term, asked of each class: some written. Of those before, one class is late."""
        before = self._window("Reviews of last half term", self.days.back(60), self.days.back(40))
        now = self._window("Reviews of this term", self.days.back(8), self.days.ahead(6))
        due = [plan for plan in self.open_plans if plan.review_on <= now.due_on]
        # Not written yet, so that they have no number: told apart by what they are.
        groups = {id(plan.pupil.form_group): plan.pupil.form_group for plan in due}
        for place, group in enumerate(sorted(groups.values(), key=lambda group: group.name if group else "")):
            teacher = self._teacher(group)
            row = WindowClass(window=now, group=group, owner=teacher)
            if place % 4 == 3:
                row.done_on, row.done_by = self.days.back(1), teacher
            self.book.add(row, on=now.opens_on, by=self.senco)
            row = WindowClass(window=before, group=group, owner=teacher)
            if place != 1:
                row.done_on, row.done_by = self.days.back(42), teacher
            self.book.add(row, on=before.opens_on, by=self.senco)

    def _window(self, name, opens_on, due_on):
        window = ReviewWindow(school=self.setting.school, name=name, opens_on=opens_on, due_on=due_on)
        return self.book.add(window, on=self.days.on_or_before(opens_on - timedelta(days=4)), by=self.senco)

    def _teacher(self, group):
        teaching = (
            staff.user
            for model, rows in self.book.rows.items()
            if model.__name__ == "GroupStaff"
            for staff in rows
            if staff.group is group and staff.kind == "teaches"
        )
        return next(teaching, self.senco)
