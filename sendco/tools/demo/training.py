"""What the adults are trained in, what pupils need, and the INSET of two years. One thing hangs on one adult."""

from datetime import timedelta

from pupils.models import NeedType, PupilSkill, SkillTag
from pupils.models.register import Code
from staff.models import (
    Briefing,
    Certificate,
    JobDescription,
    Reading,
    SencoAppointment,
    Skill,
    TrainingEvent,
    TrainingPlace,
    Vacancy,
)
from staff.reading.cards import FIRST
from staff.training.services import FIRST_SKILLS, LIFE_CRITICAL, months_after

from .book import at
from .people import HARBOUR

# Physical intervention in the referral unit, of twenty adults: in date, ending this term, ended.
IN_DATE, ENDING, ENDED = 14, 3, 3
NOT_TRAINED = "counsellor"
# In the primary school one adult of the Willow Room signs Makaton.
SIGNS = "arp3"
EVENTS = (
    ("Safeguarding: what changed this year", "Safeguarding", 320, 60, None),
    ("Zones of Regulation in every classroom", "", 250, 90, 6),
    ("Reading: hearing a child read so that it helps", "", 190, 60, 6),
    ("Positive handling refresher", "Physical intervention", 120, 180, None),
    ("Autism: making the day predictable", "", 60, 90, 6),
    ("Working with a teaching assistant: who does what", "", 20, 60, 6),
)
CHANGED = (
    "The first five minutes are calmer: the children check in by colour before we begin.",
    "I wait longer before I help, and three children now start by themselves.",
)
DESCRIPTION = (
    "Answers to the SENCo; takes the plan for a lesson from its teacher.\n\n"
    "- Helps pupils to learn and to do things by themselves, one to one, in groups and in class.\n"
    "- Delivers programmes as planned, and notes on the same day what happened.\n"
    "- Helps with toilets, meals and moving where a plan says so, after training.\n"
    "- Takes part in INSET, one-to-ones and appraisal."
)
RATINGS = ("used", "will", "used", "little", "used")


def add(setting, key, adults, children):
    """Gather it into the book."""
    Training(setting, key, adults).write(children)


class Training:
    def __init__(self, setting, key, adults):
        self.setting, self.key, self.book, self.days = setting, key, setting.book, setting.days
        self.members, self.posts = adults.members, adults.posts
        self.head, self.senco = setting.people["head"], setting.people["senco"]
        self.since = adults.since

    def write(self, children):
        self.skills = {}
        for name, months in FIRST_SKILLS:
            skill = Skill(school=self.setting.school, name=name, valid_months=months)
            skill.is_life_critical = name in LIFE_CRITICAL
            self.skills[name] = self.book.add(skill, on=self.since, by=self.head)
        self._wanted(children)
        self._first_aid()
        if self.key == HARBOUR:
            self._physical_intervention()
        else:
            self._certificate(SIGNS, "Makaton", 400)
        self._certificate("elsa", "Emotional literacy support (ELSA)", 500)
        if "speech" in self.members:
            self._certificate("speech", "Speech and language programmes", 450)
        self._senco()
        self._reading()
        self._descriptions()
        self._vacancy()
        for place, event in enumerate(EVENTS):
            self._event(place, *event)

    def _senco(self):
        """One who became a SENCo two years ago and studies for the NPQ, and one who has held NASENCO for long."""
        row = SencoAppointment(school=self.setting.school, member=self.members["senco"])
        if self.key == HARBOUR:
            row.appointed_on = self.days.today - timedelta(days=740)
            row.course, row.course_started_on = SencoAppointment.Course.NPQ, self.days.today - timedelta(days=60)
        else:
            row.appointed_on = self.days.today - timedelta(days=2600)
            row.course, row.course_started_on = SencoAppointment.Course.NASENCO, row.appointed_on
            row.course_completed_on = row.appointed_on + timedelta(days=420)
        self.book.add(row, on=self.since, by=self.head)

    def _reading(self):
        """The usual cards; those about the adults' own duties were read by most, and one text changed since."""
        for place, values in enumerate(FIRST):
            on = self.days.today - timedelta(days=90)
            row = Briefing(school=self.setting.school, edition_on=on, **values)
            if row.kind == Briefing.Kind.DUTY:
                row.asked_on = on
            if place == 0:
                row.edition, row.edition_on = 2, self.days.today - timedelta(days=9)
            self.book.add(row, on=on, by=self.senco)
            for number, (key, member) in enumerate(self.members.items() if row.asked_on else ()):
                if row.is_for({self.posts[key].staff_group}):
                    asked = max(row.edition_on, self.posts[key].starts_on) + timedelta(days=14)
                    reading = Reading(briefing=row, member=member, due_on=asked)
                    if number % 4 != 3:
                        reading.read_edition, reading.read_on = 1 + (row.edition == 2 and number % 2), on
                        reading.read_on = max(on, row.edition_on if reading.read_edition == 2 else on)
                    self.book.add(reading, on=on, by=self.senco)

    def _descriptions(self):
        """Of every second assistant, agreed by both two months ago; one was written anew and waits for both."""
        keys = [key for key in self.posts if key.startswith("ta")]
        for place, key in enumerate(keys[::2]):
            post = self.posts[key]
            on = max(self.days.today - timedelta(days=60 if place else 5), post.starts_on)
            row = JobDescription(post=post, text=DESCRIPTION, written_on=on, written_by=self.senco)
            if place:
                row.member_agreed_on, row.manager_agreed_on = on + timedelta(days=3), on + timedelta(days=5)
                row.manager = self.senco
            self.book.add(row, on=on, by=self.senco)

    def _vacancy(self):
        row = Vacancy(school=self.setting.school, title="Teaching assistant, level 2", hours_a_week=25)
        row.reason = "Two EHC plans name 15 hours with an adult; one assistant left in the summer."
        row.points = "Worked with children who speak little\nTrained in Makaton, or ready to train\nFirst aid"
        row.opened_on = self.days.today - timedelta(days=24)
        self.book.add(row, on=row.opened_on, by=self.senco)

    def _wanted(self, children):
        for name, code in (("Speech and language programmes", "SLCN"), ("Emotional literacy support (ELSA)", "SEMH")):
            need = NeedType.objects.filter(code=code, valid_to=None).order_by("pk").first()
            tag = SkillTag(school=self.setting.school, skill=self.skills[name], need_type=need)
            self.book.add(tag, on=self.since, by=self.senco)
        planned = [child for child in children if child.code == Code.PLAN and child.pupil and not child.left]
        if self.key == HARBOUR:
            self._need("Physical intervention", planned[:4], "plan")
        else:
            willow = [child for child in planned if child.unit == self.setting.units["willow"]]
            self._need("Makaton", willow[:6], "plan")
            self._need("Epilepsy: emergency medicine", willow[6:8], "health")

    def _need(self, name, children, source):
        for child in children:
            since = max(self.since, child.pupil.joined_on)
            row = PupilSkill(pupil=child.pupil, skill=self.skills[name], source=source, starts_on=since)
            self.book.add(row, on=since, by=self.senco)

    def _certificate(self, key, name, days_ago, *, expires_on=None, reference=""):
        skill, issued = self.skills[name], self.days.today - timedelta(days=days_ago)
        row = Certificate(member=self.members[key], skill=skill, issued_on=issued, reference=reference)
        row.expires_on = expires_on or (months_after(issued, skill.valid_months) if skill.valid_months else None)
        self.book.add(row, on=max(issued, self.since), by=self.senco)

    def _first_aid(self):
        name = "First aid" if self.key == HARBOUR else "Paediatric first aid"
        for place, key in enumerate([key for key in self.members if key.startswith(("hlta", "arp", "ta"))]):
            if place % 3 == 0:
                self._certificate(key, name, 200 + 90 * place % 800, reference="Three days")

    def _physical_intervention(self):
        keys = [key for key in self.members if key != NOT_TRAINED][: IN_DATE + ENDING + ENDED]
        today = self.days.today
        for place, key in enumerate(keys):
            if place < IN_DATE:
                expires = today + timedelta(days=120 + 9 * place)
            elif place < IN_DATE + ENDING:
                expires = today + timedelta(days=5 + 3 * (place - IN_DATE))
            else:
                expires = today - timedelta(days=10 + 12 * (place - IN_DATE - ENDING))
            ago = 365 - (expires - today).days
            self._certificate(key, "Physical intervention", ago, expires_on=expires, reference="Team Teach, one day")

    def _event(self, place, title, skill, days_ago, minutes, follow_up):
        on = self.days.on_or_before(self.days.today - timedelta(days=days_ago))
        event = TrainingEvent(school=self.setting.school, title=title, planned_on=on, held_on=on, minutes=minutes)
        event.skill, event.follow_up_weeks = self.skills.get(skill), follow_up
        event.provider = "The school" if place % 2 else "Westmarch inclusion service"
        self.book.add(event, on=on, by=self.senco)
        for number, (key, member) in enumerate(self.members.items()):
            if self.posts[key].starts_on > on:
                continue
            row = TrainingPlace(event=event, member=member, state="absent" if (number + place) % 7 == 6 else "there")
            if row.state == "there" and (number + place) % 3 == 0:
                row.rating, row.answered_at = RATINGS[(number + place) % len(RATINGS)], at(on + timedelta(days=1), 16)
            asked = follow_up and on + timedelta(weeks=follow_up) <= self.days.today
            if row.state == "there" and asked and number % 2:
                row.changed, row.followed_up_on = CHANGED[number % 2], on + timedelta(weeks=follow_up)
            self.book.add(row, on=on, by=self.senco)
