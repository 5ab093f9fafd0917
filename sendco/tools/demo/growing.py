"""How the adults are led: one-to-ones, and appraisals of last year and this at mixed stages."""

from datetime import date, timedelta

from staff.appraisal.selectors import content_of, sum_of
from staff.board.selectors import SUPPORTS
from staff.models import (
    Appraisal,
    AppraisalScheme,
    AppraisalView,
    Evidence,
    Objective,
    Signature,
    SignedStage,
    StaffGroup,
    Stage,
    SupervisionAction,
    SupervisionMeeting,
)

from .book import at

OBJECTIVES = (
    ("Lead the morning phonics group without the teacher", "Six sessions logged and one observed by half term", ""),
    (
        "Use visual timetables with every child in the group",
        "Seen on two drop-ins in the autumn",
        "Course on 4 January",
    ),
    ("Step back so that children try first", "Three observations count fewer prompts than in September", ""),
    ("Keep session notes on the same day", "Nine in ten sessions logged by four o'clock", ""),
)
EVIDENCE = (
    "Took the group alone for three weeks; notes of each session are on the system.",
    "Made a set for each table and taught the children to turn the cards themselves.",
)
NOTES = (
    "We talked about the mornings. The start is calmer since the visual timetable is up. Next: hand the register to "
    "the children.",
    "Tired after the new timetable. We moved one duty and kept the phonics group. Agreed to look again in three weeks.",
)
VIEWS = ("Calm, quick to notice who is lost, and steps back in time. More time together before the lesson would help.",)
ACTIONS = ("Visit the Year 1 phonics group", "Bring the reading records to the next one-to-one")


def add(setting, adults):
    """Gather it into the book: for each adult who supports, and for the SENDCo with the head."""
    Growing(setting, adults).write()


class Growing:
    def __init__(self, setting, adults):
        self.setting, self.adults, self.book, self.days = setting, adults, setting.book, setting.days
        self.year = setting.days.year
        self.head, self.senco = setting.people["head"], setting.people["senco"]

    def write(self):
        schemes = {}
        groups = {key: post.staff_group for key, post in self.adults.posts.items() if post.staff_group in SUPPORTS}
        for starts_in in (self.year - 1, self.year):
            for group in dict.fromkeys([StaffGroup.TEACHER, *groups.values()]):
                schemes[starts_in, group] = self._scheme(starts_in, group)
        for place, (key, group) in enumerate(groups.items()):
            self._of(key, schemes[self.year - 1, group], place, ended=True)
            self._of(key, schemes[self.year, group], place, ended=False)
            self._meetings(key, place)
        self._of("senco", schemes[self.year, StaffGroup.TEACHER], 1, ended=False)

    def _scheme(self, starts_in, group):
        row = AppraisalScheme(school=self.setting.school, starts_in=starts_in, staff_group=group)
        row.objectives_by, row.mid_year_by = date(starts_in, 10, 31), date(starts_in + 1, 2, 28)
        row.end_year_by = date(starts_in + 1, 7, 15)
        return self.book.add(row, on=self.days.first_of(starts_in), by=self.head)

    def _appraiser(self, key):
        if key == "senco":
            return self.head
        return self.setting.people["willow"] if key.startswith("arp") else self.senco

    def _of(self, key, scheme, place, *, ended):
        """One appraisal: last year's is done; this year's stands at one of five stages, by the adult's place."""
        began = self.days.first_of(scheme.starts_in) + timedelta(days=4)
        if self.adults.posts[key].starts_on > scheme.end_year_by or began > self.days.today:
            return
        appraiser, member = self._appraiser(key), self.adults.members[key]
        row = Appraisal(school=self.setting.school, member=member, scheme=scheme, appraiser=appraiser)
        row.began_on = row.appraiser_since = max(began, self.adults.posts[key].starts_on)
        on = min(row.began_on + timedelta(days=20), self.days.today)
        how = 4 if ended else place % 4
        objectives, evidence = [], []
        if how:
            for number in (1, 2):
                text, measure, support = OBJECTIVES[(place + number) % len(OBJECTIVES)]
                one = Objective(appraisal=row, number=number, text=text, measure=measure, support=support)
                if ended:
                    one.judgement = ("met", "partly", "met")[(place + number) % 3]
                    one.judgement_note = "Seen in observations and in the session notes."
                objectives.append(one)
        if how > 1:
            row.mid_year_comment = "I feel surer in the mornings, and would like to see another school's group."
            evidence.append(Evidence(objective=objectives[0], text=EVIDENCE[place % 2], on=on, by=member.user))
        if ended:
            row.mid_year_text = "The group has begun well. Two more sessions are to be observed before Easter."
            row.end_year_text = "A steady year. The children in the group read more, and ask for help less."
            row.closed_on = scheme.end_year_by - timedelta(days=6)
        for one in (row, *objectives, *evidence):
            self.book.add(one, on=on, by=appraiser)
        self._sign(row, objectives, evidence, how, on)
        if how == 3:
            self._view(row, appraiser)

    def _sign(self, row, objectives, evidence, how, on):
        """Both signed where it is far enough; one alone where it is nearly."""
        signers = {0: (), 1: (), 2: ("appraiser",), 3: ("appraiser", "member"), 4: ("appraiser", "member")}[how]
        days = {Stage.OBJECTIVES: on}
        if how == 4:
            mid_year = row.scheme.mid_year_by
            if mid_year and mid_year >= row.began_on:
                days[Stage.MID_YEAR] = mid_year - timedelta(days=3)
            days[Stage.END_YEAR] = row.closed_on
        for stage, day in days.items() if signers else ():
            content = content_of(_Whole(row, objectives, evidence), stage)
            signed = SignedStage(appraisal=row, stage=stage, number=1, content=content, sha256=sum_of(content))
            signed.made_at = at(day, 15)
            self.book.add(signed, on=day)
            for role in signers:
                user = row.appraiser if role == "appraiser" else row.member.user
                self.book.add(Signature(signed=signed, role=role, user=user, signed_at=at(day, 15, 20)), on=day)

    def _view(self, row, appraiser):
        teacher = self.setting.people["teacher2"]
        view = AppraisalView(appraisal=row, asked_of=teacher, asked_on=self.days.back(9), text=VIEWS[0])
        view.due_on, view.answered_at = view.asked_on + timedelta(days=14), at(self.days.back(4), 16)
        self.book.add(view, on=view.asked_on, by=appraiser)

    def _meetings(self, key, place):
        leader, member = self._appraiser(key), self.adults.members[key]
        for days, held in ((30, True), (9, True), (-5, False)):
            on = self.days.back(days) if days > 0 else self.days.ahead(-days + place % 3)
            if on < self.adults.posts[key].starts_on:
                continue
            row = SupervisionMeeting(school=self.setting.school, member=member, leader=leader, planned_on=on)
            row.kind = "supervision" if place % 4 == 0 else "one_to_one"
            if held:
                row.held_on, row.notes = on, NOTES[(place + days) % 2]
            self.book.add(row, on=min(on, self.days.today), by=leader)
            if days == 9:
                action = SupervisionAction(meeting=row, text=ACTIONS[place % 2], due_on=self.days.ahead(3))
                action.owner = member.user if place % 2 else leader
                self.book.add(action, on=on, by=leader)


class _Whole:
    """An appraisal that is not written yet, as `content_of` reads one that is."""

    def __init__(self, row, objectives, evidence):
        self.row = row
        self.objectives, self.views = _All([_Of(one, evidence) for one in objectives]), _All([])

    def __getattr__(self, name):
        return getattr(self.row, name)


class _Of:
    def __init__(self, objective, evidence):
        self.objective = objective
        self.evidence = _All([one for one in evidence if one.objective is objective])

    def __getattr__(self, name):
        return getattr(self.objective, name)


class _All:
    def __init__(self, rows):
        self.rows = rows

    def all(self):
        return self.rows
