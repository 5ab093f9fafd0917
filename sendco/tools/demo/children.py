"""A child as planned, before any row is written, and the rows that the plan asks for."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

from pupils.models import Enrolment, Need, NeedType, Pupil, PupilFlag, PupilSupport, RegisterEntry, WatchListEntry
from pupils.models.pupil import CONFIDENTIAL_FLAGS, FlagKind
from pupils.models.register import Code
from sendco.audit.models import Audience
from sendco.clock import long_date

from . import texts
from .names import STREETS, NameGiver
from .numbers import Addresses, Telephones, upn

DAY = timedelta(days=1)


@dataclass(eq=False)
class Child:
    year: str
    code: str
    unit: object = None
    sex: str = ""
    authority: str = ""
    pool: object = None
    details: dict = field(default_factory=dict)
    joined_on: date = None
    stages: list = field(default_factory=list)  # (code, first day)
    reasons: dict = field(default_factory=dict)  # stage number: words
    needs: list = field(default_factory=list)  # codes, the primary first
    flags: dict = field(default_factory=dict)  # kind: note
    watch: tuple = ()  # (first day, day to look again)
    told: bool = True
    enrolment: dict = field(default_factory=dict)
    contacts: list = field(default_factory=list)
    form: object = None
    key_worker: object = None
    supports: list = field(default_factory=list)
    left: tuple = ()  # (day, reason, destination)
    story: str = ""
    case: object = None  # where the plan stands, and the days it was made and last reviewed
    plan_dates: tuple = ()
    pupil: Pupil = None
    entries: list = field(default_factory=list)
    least_cycles: int = 1  # of the support plan, the open one among them

    @property
    def on_register(self):
        return self.code in (Code.SUPPORT, Code.PLAN)


@dataclass
class Setting:
    """One school while it is being filled: its book, its people, and the dice."""

    school: object
    book: object
    days: object
    rng: object
    people: dict
    units: dict
    groups: dict = field(default_factory=dict)
    issuer: str = ""  # the school that gave most children their UPN
    serial: int = 0
    names: NameGiver = None
    phones: Telephones = field(default_factory=Telephones)
    need_types: dict = field(default_factory=dict)
    leavers: list = field(default_factory=list)

    def __post_init__(self):
        self.names = NameGiver(self.rng)
        self.addresses = Addresses(self.rng, STREETS)
        self.need_types = {need.code: need for need in NeedType.objects.order_by("valid_from")}

    @property
    def senco(self):
        return self.people["senco"]

    @property
    def office(self):
        return self.people["office"]

    def pick(self, first, last):
        """A school day between the two, or the last school day before the second when there is none."""
        days = self.days.between(first, last)
        return self.rng.choice(days) if days else self.days.on_or_before(last)


# --- Dealing out ---
def deal(rng, children, counts):
    """Give each value to as many children as asked, at random. Returns {child: value}; the counts must add up."""
    values = list(Counter(counts).elements())
    if len(values) != len(children):
        raise ValueError(f"{len(values)} values for {len(children)} children.")
    rng.shuffle(values)
    return dict(zip(children, values, strict=True))


def choose(rng, children, number, *, first=()):
    """Choose so many children, these ones first."""
    rest = [child for child in children if child not in first]
    return [*first, *rng.sample(rest, number - len(first))]


def add_second_needs(rng, children, counts):
    """Give a second type of need to as many children as asked, never the one that comes first."""
    waiting = rng.sample(children, len(children))
    for code in Counter(counts).elements():
        child = next(one for one in waiting if one.needs[0] != code)
        child.needs.append(code)
        waiting.remove(child)


def birth_in_year(rng, year_number, starts_in):
    """A birth date that makes this the child's year by age."""
    return date(starts_in - year_number - 5, 9, 1) + timedelta(days=rng.randint(0, 364))


def plan_stages(setting, child):
    """Decide when the status changed: N, then K, then E, as far as there was time for it at this school."""
    wanted = {Code.NONE: "N", Code.SUPPORT: "NK", Code.PLAN: "NKE"}[child.code]
    # Not every child began here without a need: some came with one.
    if len(wanted) > 1 and setting.rng.random() < 0.3:
        wanted = wanted[-1]
    floor = max(child.joined_on + DAY, date(setting.days.year - 3, 9, 1))
    days = setting.days.between(floor, setting.days.back(12))
    if len(days) < 4 * len(wanted):
        wanted = wanted[-1]
    later = len(wanted) - 1
    share = len(days) // later if later else 0
    starts = [setting.rng.choice(days[part * share : (part + 1) * share - 1]) for part in range(later)]
    child.stages = list(zip(wanted, [child.joined_on, *starts], strict=True))


# --- Writing ---
def write_child(setting, child):
    """Gather every row of a planned child. Returns the pupil, not yet saved."""
    child.pupil = _pupil(setting, child)
    _enrolments(setting, child)
    _register(setting, child)
    _needs(setting, child)
    _watch(setting, child)
    _flags(setting, child)
    for contact in child.contacts:
        contact.pupil = child.pupil
        setting.book.add(contact, on=child.joined_on, by=setting.office)
    if child.left:
        day, reason, destination = child.left
        text = f"Left on {long_date(day)}. {reason} {destination}".strip()
        setting.book.event("pupil.left", child.pupil, text, on=day, by=setting.office, pupil=child.pupil)
    return child.pupil


def name_child(setting, child):
    """Fill in the names, the birth date and the numbers that the plan has left open."""
    child.pool = child.pool or setting.names.family(other_language=FlagKind.EAL in child.flags)
    child.sex = child.sex or setting.rng.choice("FM")
    if not {"legal_forename", "legal_surname"} <= child.details.keys():
        forename, surname = setting.names.child(child.pool, child.sex)
        child.details = {"legal_forename": forename, "legal_surname": surname} | child.details
    setting.serial += 1
    issued = child.joined_on.year - setting.rng.randint(0, 1)
    number = upn(dfe_number=setting.issuer, year=issued, serial=setting.serial)
    child.details = {"upn": number, "mis_id": f"{setting.serial:05d}"} | child.details
    if FlagKind.EAL in child.flags and child.pool.language:
        child.details = {"first_language": child.pool.language} | child.details


def _pupil(setting, child):
    day, reason, destination = child.left or (None, "", "")
    pupil = Pupil(
        school=setting.school,
        year_group=child.year,
        sex=child.sex,
        home_authority=child.authority,
        joined_on=child.joined_on,
        left_on=day,
        leaving_reason=reason,
        destination=destination,
        form_group=child.form,
        key_worker=child.key_worker,
        **child.details,
    )
    setting.book.add(pupil, on=child.joined_on, by=setting.office)
    text = f"On roll from {long_date(child.joined_on)}"
    setting.book.event("pupil.added", pupil, text, on=child.joined_on, by=setting.office, pupil=pupil)
    if child.key_worker:
        text = f"Key worker is {child.key_worker.name}"
        setting.book.event("pupil.key_worker", pupil, text, on=child.joined_on, by=setting.senco, pupil=pupil)
    for user in child.supports:
        support = PupilSupport(pupil=pupil, user=user, starts_on=child.joined_on, ends_on=day)
        setting.book.add(support, on=child.joined_on, by=setting.senco)
    return pupil


def _enrolments(setting, child):
    earlier = child.enrolment.pop("earlier", None)
    if earlier:
        setting.book.add(Enrolment(pupil=child.pupil, **earlier), on=earlier["starts_on"], by=setting.office)
    starts_on = child.enrolment.pop("starts_on", child.joined_on)
    enrolment = Enrolment(
        pupil=child.pupil,
        unit=child.unit,
        starts_on=starts_on,
        ends_on=child.left[0] if child.left else None,
        **child.enrolment,
    )
    setting.book.add(enrolment, on=starts_on, by=setting.office)
    where = f" in {child.unit.name}" if child.unit else ""
    text = f"{enrolment.get_kind_display()}{where} from {long_date(starts_on)}"
    setting.book.event("pupil.enrolment_changed", enrolment, text, on=starts_on, by=setting.office, pupil=child.pupil)


def _register(setting, child):
    last_day = child.left[0] if child.left else None
    ends = [starts_on - DAY for _, starts_on in child.stages[1:]] + [last_day]
    for place, ((code, starts_on), ends_on) in enumerate(zip(child.stages, ends, strict=True)):
        reason = child.reasons.get(place) or _reason(child, place, code)
        reason = reason.format(name=child.pupil.forename)
        entry = RegisterEntry(
            school=setting.school,
            pupil=child.pupil,
            code=code,
            starts_on=starts_on,
            ends_on=ends_on,
            reason=reason,
            decided_by=_decided_by(child, code),
            entered_by=setting.senco,
            entered_at=setting.book.moment(starts_on),
            parent_told_on=_told_on(setting, child, code, starts_on, ends_on),
        )
        child.entries.append(setting.book.add(entry, on=starts_on, by=setting.senco))
        text = f"Status is {Code(code).label} from {long_date(starts_on)}. {reason}"
        setting.book.event("register.changed", entry, text, on=starts_on, by=setting.senco, pupil=child.pupil)
        if entry.parent_told_on:
            text = f"Told that SEN Support started, on {long_date(entry.parent_told_on)}: by letter"
            told = {"on": entry.parent_told_on, "by": setting.senco, "pupil": child.pupil}
            setting.book.event("register.parent_told", entry, text, **told)


def _reason(child, place, code):
    if code == Code.PLAN:
        return texts.ISSUED_PLAN if place else texts.JOINED_WITH_PLAN
    if code == Code.SUPPORT:
        return texts.STARTED_SUPPORT[child.needs[0]] if place else texts.JOINED_WITH_SUPPORT
    return texts.LEFT_REGISTER if place else "Joined the school"


def _decided_by(child, code):
    if code == Code.PLAN:
        return texts.DECIDED_BY_AUTHORITY.format(authority=child.authority)
    return texts.DECIDED_BY if code == Code.SUPPORT else ""


def _told_on(setting, child, code, starts_on, ends_on):
    if code != Code.SUPPORT or not child.told:
        return None
    days = setting.days.between(starts_on, ends_on or setting.days.back(1))
    return days[min(len(days) - 1, setting.rng.randint(1, 4))] if days else None


def _needs(setting, child):
    first_day = next((starts_on for code, starts_on in child.stages if code != Code.NONE), child.joined_on)
    last_day = child.left[0] if child.left else None
    if child.code == Code.NONE and child.needs:
        last_day = child.stages[-1][1] - DAY
    for rank, code in enumerate(child.needs, start=1):
        need_type = setting.need_types[code]
        need = Need(
            pupil=child.pupil,
            need_type=need_type,
            rank=rank,
            area=need_type.area,
            starts_on=first_day,
            ends_on=last_day,
        )
        setting.book.add(need, on=first_day, by=setting.senco)


def _watch(setting, child):
    if not child.watch:
        return
    starts_on, look_again_on = child.watch
    reason = setting.rng.choice(texts.WATCHED).format(name=child.pupil.forename)
    entry = WatchListEntry(
        school=setting.school,
        pupil=child.pupil,
        reason=reason,
        starts_on=starts_on,
        look_again_on=look_again_on,
        entered_by=setting.senco,
    )
    setting.book.add(entry, on=starts_on, by=setting.senco)
    text = f"Being monitored, look again on {long_date(look_again_on)}. {reason}"
    setting.book.event("watch.started", entry, text, on=starts_on, by=setting.senco, pupil=child.pupil)


def _flags(setting, child):
    for kind, note in child.flags.items():
        starts_on = setting.pick(child.joined_on, setting.days.back(2))
        starts_on = max(starts_on, child.joined_on)
        flag = PupilFlag(
            pupil=child.pupil,
            kind=kind,
            starts_on=starts_on,
            ends_on=max(child.left[0], starts_on) if child.left else None,
            note=note,
        )
        setting.book.add(flag, on=starts_on, by=setting.office)
        audience = Audience.CONFIDENTIAL if kind in CONFIDENTIAL_FLAGS else Audience.RECORD
        text = f"{FlagKind(kind).label} from {long_date(starts_on)}"
        about = {"on": starts_on, "by": setting.office, "pupil": child.pupil, "audience": audience}
        setting.book.event("pupil.flag", flag, text, **about)
