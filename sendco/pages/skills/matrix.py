"""Skills that pupils on roll need beside the adults who are trained in them: what hangs on one adult, or on nobody."""

from dataclasses import dataclass

from pupils.skills.selectors import wanted
from sendco.clock.words import join_words
from staff.models import Skill
from staff.training.selectors import Trained, trained

NOBODY, ONE, DAYS, SOON, HELD = "nobody", "one", "days", "soon", "held"
ORDER = (NOBODY, ONE, DAYS, SOON, HELD)
TONES = {NOBODY: "late", ONE: "soon", DAYS: "soon", SOON: "soon", HELD: "ok"}


@dataclass(frozen=True)
class Line:
    """One skill: how many children need it, who is trained, and what is wrong with that."""

    skill: Skill
    pupils: int
    trained: Trained

    @property
    def adults(self):
        return len(self.trained.adults)

    @property
    def state(self):
        """What is wrong, the worst first; a skill that nobody needs is held."""
        if not self.pupils:
            return HELD
        if not self.adults:
            return NOBODY
        if self.adults == 1:
            return ONE
        if self.trained.days_without:
            return DAYS
        return SOON if self.trained.soon else HELD

    @property
    def tone(self):
        return TONES[self.state]

    @property
    def words(self):
        """6 pupils need Makaton, one adult trained, not on Tuesday."""
        if not self.pupils:
            return "No pupil on roll needs it"
        needs = f"{self.pupils} pupil{' needs' if self.pupils == 1 else 's need'} {self.skill.name}"
        if not self.adults:
            return f"{needs}, no adult trained"
        there = "one adult trained" if self.adults == 1 else f"{self.adults} adults trained"
        days = self.trained.days_without
        return f"{needs}, {there}, {f'not on {join_words(days)}' if days else 'on every day'}"


def lines(acting, skills):
    """The skills of the school, what is wrong first, then by how many children need them."""
    skills = list(skills)
    needed = wanted(acting, skills)
    adults = trained(acting.school, acting.today, skills)
    found = [Line(skill, len(needed.get(skill.pk, ())), adults[skill.pk]) for skill in skills]
    return sorted(found, key=lambda line: (ORDER.index(line.state), -line.pupils, line.skill.name))


def single_points(found):
    """The lines in which children's need hangs on one adult, or on nobody."""
    return [line for line in found if line.state in (NOBODY, ONE)]
