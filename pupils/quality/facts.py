"""What the data checks read, in a few queries for a whole school."""

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

from django.db.models import F, Max

from staff.models import Membership, Term
from staff.models.people import current_on

from ..models import Assessment, Contact, Letter, Need, Pupil, RegisterEntry, WatchListEntry


@dataclass(frozen=True)
class Gap:
    """One pupil's gap. `target` is the row that mends it, when that is not the pupil."""

    pupil_id: int | None
    note: str = ""
    target: int | None = None


class Facts:
    """What the checks read, of the pupils on roll that this person may see. Each property is one query."""

    def __init__(self, acting, today):
        self.acting, self.today = acting, today
        self.on_roll = Pupil.objects.visible_to(acting).on_roll()

    def _of(self, model):
        """Rows about these pupils; the school alone is asked for where the person sees all of it."""
        rows = model.objects.visible_to(self.acting)
        return rows.filter(pupil__left_on=None, pupil__merged_into=None).order_by()

    @cached_property
    def pupils(self):
        names = ("pk", "upn", "birth_on", "year_group", "form_group_id", "key_worker_id", "joined_on")
        return {row["pk"]: row for row in self.on_roll.order_by("sort_name", "pk").values(*names)}

    @cached_property
    def entries(self):
        """Register entries by pupil, the oldest first."""
        columns = ("pupil_id", "pk", "code", "starts_on", "ends_on", "parent_told_on")
        return self._grouped(self._of(RegisterEntry).order_by("starts_on", "pk").values(*columns))

    @cached_property
    def needs(self):
        """Open needs by pupil, in their rank."""
        rows = self._of(Need).filter(ends_on=None).order_by("rank", "pk")
        only_k = F("need_type__only_with_sen_support")
        return self._grouped(rows.values("pupil_id", "rank", "starts_on", only_k=only_k))

    @cached_property
    def contacts(self):
        columns = ("pupil_id", "pk", "name", "has_parental_responsibility", "phone", "email", "do_not_contact")
        return self._grouped(self._of(Contact).filter(ended_on=None).values(*columns))

    @cached_property
    def watches(self):
        return list(self._of(WatchListEntry).filter(ends_on=None).values("pupil_id", "pk", "look_again_on"))

    @cached_property
    def last_assessed(self):
        rows = self._of(Assessment).filter(removed_on=None).values("pupil_id")
        return {row["pupil_id"]: row["last"] for row in rows.annotate(last=Max("taken_on"))}

    @cached_property
    def unsent_letters(self):
        rows = self._of(Letter).filter(sent_on=None).order_by("dated_on", "pk")
        return list(rows.values("pupil_id", "pk", "dated_on"))

    @cached_property
    def staff_here(self):
        here = Membership.objects.filter(current_on(self.today), school=self.acting.school, user__is_active=True)
        return set(here.values_list("user", flat=True))

    @cached_property
    def calendar_reaches(self):
        terms = Term.objects.filter(academic_year__school=self.acting.school)
        return terms.aggregate(last=Max("ends_on"))["last"]

    def _grouped(self, rows):
        rows_by_pupil = defaultdict(list)
        for row in rows:
            if row["pupil_id"] in self.pupils:
                rows_by_pupil[row["pupil_id"]].append(row)
        return rows_by_pupil

    @cached_property
    def open_entry(self):
        """The open entry of each pupil who has exactly one."""
        open_by_pupil = {}
        for pk, rows in self.entries.items():
            still_open = [row for row in rows if row["ends_on"] is None]
            if len(still_open) == 1:
                open_by_pupil[pk] = still_open[0]
        return open_by_pupil

    def on(self, *codes):
        return [pk for pk in self.pupils if pk in self.open_entry and self.open_entry[pk]["code"] in codes]
