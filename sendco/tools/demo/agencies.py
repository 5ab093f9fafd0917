"""Outside agencies of the demo: 16 over both schools, referrals at every stage, five that wait over 18 weeks."""

from datetime import timedelta

from pupils.models import Agency, BoughtTime, PlanStrategy, Recommendation, Referral, Target, Visit
from pupils.models.register import Code
from staff.models.school import SettingType

# (name, kind, who, usual weeks)
BOTH = (
    ("Westmarch Educational Psychology", "ep", "Dr Imani Okafor", 12),
    ("Speech and Language Therapy, Westmarch", "salt", "Duty therapist", 18),
    ("Westmarch CAMHS", "camhs", "Single point of access", 26),
    ("Children's Occupational Therapy", "ot", "Referral desk", 20),
    ("Community Paediatrics", "paeds", "Secretary to the clinic", 30),
    ("School Nursing Westmarch", "nursing", "Team line", 4),
    ("Early Help Westmarch", "early", "Front door", 3),
)
OWN = {
    True: (("Youth Justice Liaison", "other", "Duty worker", 4),),
    False: (("Hearing and Vision Support", "sensory", "Jo Lindqvist", 6),),
}
REASONS = {
    "SLCN": "Speaks in short phrases and is not understood by unfamiliar adults. Two cycles of support in class.",
    "SEMH": "Leaves lessons when upset, most days. Two cycles of support, with a key adult, have helped a little.",
    "ASD": "Finds changes of the day hard to bear. The visual timetable helps; breaks remain difficult.",
    "PD": "Holds a pencil in a fist and tires after ten minutes of writing.",
}
REASON = "Progress is slower than hoped after two cycles of support, although attendance is good."
ASKS = "What helps in class, and how often? Is a further assessment needed?"
ADVICE = (
    "Pre-teach three new words before each topic",
    "A quiet place to start the day, for ten minutes",
    "A weekly group of three with a trained adult",
    "Daily one-to-one practice of fifteen minutes",
)
STAGES = (
    "waits", "decided", "report", "unsent", "seen", "waits", "decided", "refused", "withdrawn", "long", "waits",
    "decided", "long", "seen", "unsent", "waits", "report", "decided",
)  # fmt: skip
WHYS = {"adapted": "Three times a week, with the reading group", "not": "No adult is free; hours asked of the council"}


def add(setting, children):
    """Gather the agencies, the time bought and 19 referrals of the school into the book."""
    is_unit = setting.school.setting_type == SettingType.PRU
    writer = Writer(setting, is_unit=is_unit)
    writer.bought()
    long_ago = setting.days.back(200)
    wanted = [
        child
        for child in children
        if child.code in (Code.SUPPORT, Code.PLAN) and child.pupil and not child.left and child.joined_on < long_ago
    ]
    stages = (*STAGES, "long") if is_unit else (*STAGES, "waits")
    for place, (child, stage) in enumerate(zip(wanted, stages, strict=False)):
        writer.refer(child, place, stage)


class Writer:
    def __init__(self, setting, *, is_unit):
        self.setting, self.book, self.days = setting, setting.book, setting.days
        self.senco = setting.people["senco"]
        self.agencies = {}
        for name, kind, who, weeks in (*BOTH, *OWN[is_unit]):
            email = f"{kind}@westmarch-services.example"
            agency = Agency(school=setting.school, name=name, kind=kind, person=who, usual_weeks=weeks, email=email)
            agency.telephone = setting.phones.office(200 + len(self.agencies))
            self.agencies[kind] = self.book.add(agency, on=self.days.back(300), by=self.senco)

    def bought(self):
        """Days of the educational psychologist: most used; therapy: more used than was bought."""
        year = self.days.first_of(self.days.year)
        for kind, minutes, used in (("ep", 36 * 60, 5), ("salt", 6 * 60, 4)):
            time = BoughtTime(
                agency=self.agencies[kind], starts_on=year, ends_on=year + timedelta(days=330), minutes=minutes,
                cost=minutes, note="This school year",
            )  # fmt: skip
            self.book.add(time, on=year, by=self.senco)
            for number in range(used):
                visit = Visit(
                    agency=self.agencies[kind], visited_on=self.days.back(4 + 6 * number), minutes=120,
                    kind="consult" if number % 2 else "training", person=self.agencies[kind].person,
                )  # fmt: skip
                self.book.add(visit, on=visit.visited_on, by=self.senco)

    def refer(self, child, place, stage):
        need = child.needs[0] if child.needs else ""
        kind = {"SLCN": "salt", "SEMH": "camhs", "ASD": "paeds", "PD": "ot"}.get(need, "ep")
        back = {"unsent": 4, "waits": 30 + place, "long": 150 + place, "withdrawn": 40}.get(stage, 90 + place)
        row = Referral(
            pupil=child.pupil, agency=self.agencies[kind], lead=self.senco, written_on=self.days.back(back),
            reason=REASONS.get(need, REASON), asks=ASKS,
        )  # fmt: skip
        if stage != "unsent":
            parents = [one for one in child.contacts if not one.do_not_contact and one.has_parental_responsibility]
            row.consent_from, row.consent_name = (parents[0], "") if parents else (None, "The young person")
            row.consent_on, row.consent_how, row.sent_on = row.written_on, "form", row.written_on
            row.ask_again_on = row.sent_on + timedelta(weeks=row.agency.usual_weeks)
        if stage in ("seen", "report", "decided"):
            row.seen_on = self.days.back(back - 50)
            row.report_due_on = row.seen_on + timedelta(days=28)
        if stage in ("report", "decided"):
            row.report_on = self.days.back(back - 70)
        if stage == "refused":
            row.ended_on, row.ending, row.end_note = self.days.back(back - 20), "refused", "Below their threshold."
        if stage == "withdrawn":
            row.consent_withdrawn_on = self.days.back(6)
        self.book.add(row, on=row.written_on, by=self.senco)
        self.book.event(
            "referral.written", row, f"Referral to {row.agency.name} written", on=row.written_on, by=self.senco,
            pupil=child.pupil,
        )  # fmt: skip
        if row.report_on:
            self._advice(row, decided=stage == "decided")

    def _advice(self, row, *, decided):
        for number, text in enumerate(ADVICE[:3], 1):
            one = Recommendation(referral=row, number=number, text=text)
            if decided:
                one.decision = ("adopted", "adapted", "not")[number - 1]
                one.why = WHYS.get(one.decision, "")
                one.decided_on, one.decided_by = self.days.back(3), self.senco
                if one.decision == "adopted":
                    one.strategy = self._strategy(row, text)
            self.book.add(one, on=row.report_on, by=self.senco)

    def _strategy(self, row, text):
        """What was adopted, in the child's open plan for the target it helps; None where no plan is open."""
        targets = (one for one in self.book.rows[Target] if one.outcome.plan.pupil is row.pupil)
        target = next((one for one in targets if one.outcome.plan.closed_on is None), None)
        if target is None or target.outcome.plan.is_confidential:
            return None
        on = self.days.back(3)
        strategy = PlanStrategy(
            plan=target.outcome.plan, target=target, text=text, who=row.agency.name, added_by=self.senco, added_on=on
        )  # fmt: skip
        return self.book.add(strategy, on=on, by=self.senco)
