"""Write many rows at once, with their history and their events, as the services would have written them one by one."""

from collections import defaultdict
from contextlib import contextmanager
from datetime import datetime, time

from django.db import models
from django.utils import timezone
from simple_history.utils import bulk_create_with_history

from ehcp.models import (
    Advice,
    AnnualReview,
    Appeal,
    Caseworker,
    Consultation,
    Contribution,
    Correspondence,
    Invitee,
    LineAction,
    LineDelivery,
    LocalAuthority,
    NeedsAssessment,
    OutcomeReview,
    Placement,
    Plan,
    PlanOutcome,
    PlanSection,
    PlanVersion,
    ProvisionLine,
    ReviewLayout,
    ReviewMail,
    ReviewReport,
    TopUpFunding,
    ViewDifference,
)
from governance.models import MissedDeadline
from provision.models import (
    Attendance,
    Intervention,
    InterventionMeasure,
    Place,
    PlaceOutcome,
    PlaceScore,
    PlaceTarget,
    Provision,
    ProvisionAdult,
    ProvisionTime,
    Session,
    SessionAdult,
    UniversalCheck,
    UniversalItem,
    WaitingPupil,
)
from pupils.models import (
    Agency,
    Assessment,
    BoughtTime,
    Challenge,
    ChallengeStep,
    CohortTarget,
    Concern,
    ConcernView,
    Contact,
    ContactLog,
    Enrolment,
    Equipment,
    EquipmentCheck,
    EquipmentLoan,
    EveningTeacher,
    GroupPlace,
    HandoverPack,
    Letter,
    Meeting,
    MeetingAction,
    MeetingPerson,
    MeetingPupil,
    Need,
    NotDuplicate,
    OutsideAsk,
    ParentsEvening,
    PlanNote,
    PlanReader,
    PlanStrategy,
    PlanVoice,
    PracticeNote,
    PracticeUse,
    Profile,
    ProfileReading,
    ProfileVersion,
    Pupil,
    PupilFlag,
    PupilSkill,
    PupilSupport,
    QuestionReply,
    Recommendation,
    Referral,
    RegisterEntry,
    ReviewWindow,
    ScoreKind,
    SearchKey,
    SencoQuestion,
    SkillTag,
    SlotPupil,
    SupportOutcome,
    SupportPlan,
    Target,
    TargetReview,
    TargetValue,
    Visit,
    WatchListEntry,
    WindowClass,
)
from pupils.search import keys_for
from sendco.audit.models import Audience, Event, Read
from sendco.due.registry import SOURCES
from sendco.due.services import sync
from staff.models import (
    Absence,
    Appraisal,
    AppraisalScheme,
    AppraisalView,
    Briefing,
    Certificate,
    Evidence,
    ExtraTime,
    FormulaRate,
    GroupStaff,
    JobDescription,
    LineManagement,
    Membership,
    Objective,
    PayRate,
    Period,
    Post,
    Reading,
    School,
    SencoAppointment,
    Signature,
    SignedStage,
    Skill,
    Slot,
    SlotKind,
    StaffMember,
    SupervisionAction,
    SupervisionMeeting,
    TeachingGroup,
    Timetable,
    TrainingEvent,
    TrainingPlace,
    Unit,
    Vacancy,
    WorkPattern,
    WorkTime,
)
from staff.selectors import school_calendar

# What points at another row comes after it.
ORDER = (
    School,
    Unit,
    TeachingGroup,
    Membership,
    GroupStaff,
    Pupil,
    Enrolment,
    GroupPlace,
    PupilSupport,
    PupilFlag,
    Contact,
    RegisterEntry,
    Need,
    WatchListEntry,
    Concern,
    ConcernView,
    ScoreKind,
    Assessment,
    Letter,
    NotDuplicate,
    LocalAuthority,
    Caseworker,
    ReviewLayout,
    Plan,
    PlanVersion,
    PlanSection,
    PlanOutcome,
    ProvisionLine,
    Placement,
    TopUpFunding,
    AnnualReview,
    Invitee,
    Contribution,
    ReviewMail,
    OutcomeReview,
    ViewDifference,
    NeedsAssessment,
    Advice,
    Appeal,
    Consultation,
    Correspondence,
    ReviewReport,
    MissedDeadline,
    StaffMember,
    LineManagement,
    Post,
    WorkPattern,
    WorkTime,
    PayRate,
    FormulaRate,
    ExtraTime,
    Timetable,
    Period,
    SlotKind,
    Slot,
    SlotPupil,
    Absence,
    AppraisalScheme,
    Appraisal,
    Objective,
    Evidence,
    AppraisalView,
    SignedStage,
    Signature,
    SupervisionMeeting,
    SupervisionAction,
    Skill,
    SkillTag,
    PupilSkill,
    Certificate,
    SencoAppointment,
    JobDescription,
    Briefing,
    Vacancy,
    PracticeNote,
    PracticeUse,
    SupportPlan,
    PlanReader,
    SupportOutcome,
    CohortTarget,
    Target,
    TargetReview,
    TargetValue,
    PlanStrategy,
    PlanNote,
    PlanVoice,
    ReviewWindow,
    WindowClass,
    Profile,
    ProfileVersion,
    ProfileReading,
    ParentsEvening,
    EveningTeacher,
    Meeting,
    MeetingPupil,
    MeetingPerson,
    MeetingAction,
    ContactLog,
    Agency,
    BoughtTime,
    Referral,
    Recommendation,
    Visit,
    SencoQuestion,
    QuestionReply,
    HandoverPack,
    OutsideAsk,
    Challenge,
    ChallengeStep,
    Equipment,
    EquipmentLoan,
    EquipmentCheck,
    Reading,
    TrainingEvent,
    TrainingPlace,
    Intervention,
    InterventionMeasure,
    Provision,
    ProvisionTime,
    ProvisionAdult,
    Place,
    PlaceTarget,
    PlaceScore,
    PlaceOutcome,
    WaitingPupil,
    UniversalItem,
    UniversalCheck,
    Session,
    SessionAdult,
    Attendance,
    LineDelivery,
    LineAction,
)
BATCH = 500
# What planning and a log write has no history of its own until somebody changes it.
WITHOUT_HISTORY = {Session, SessionAdult, Attendance}


def at(day, hour=9, minute=0):
    return timezone.make_aware(datetime.combine(day, time(hour, minute)))


@contextmanager
def times_as_given(model):
    """Keep the moments set on the rows: the demo's past was typed in the past."""
    fields = [
        field
        for field in model._meta.fields
        if isinstance(field, models.DateTimeField) and (field.auto_now_add or field.auto_now)
    ]
    kept = [(field, field.auto_now_add, field.auto_now) for field in fields]
    for field in fields:
        field.auto_now_add = field.auto_now = False
    try:
        yield [field.name for field in fields]
    finally:
        for field, added, changed in kept:
            field.auto_now_add, field.auto_now = added, changed


def _waves(model, rows):
    """Yield the rows so that one that points at another of its table comes after it."""
    own = [field.name for field in model._meta.fields if field.related_model is model]
    while rows:
        ready = [row for row in rows if all(_is_written(row, name) for name in own)]
        yield ready
        written = {id(row) for row in ready}
        rows = [row for row in rows if id(row) not in written]


def _is_written(row, name):
    before = row.__dict__["_state"].fields_cache.get(name)
    return before is None or before.pk is not None


class Book:
    """Rows and events of one school, gathered first and written together."""

    def __init__(self, *, school, today):
        self.school, self.today = school, today
        self.rows, self.events, self.reads = defaultdict(list), [], []

    def add(self, row, *, on=None, by=None):
        """Keep a row that was typed on this day by this person. Returns the row."""
        row._history_user, row._history_date = by, at(on or self.today, 0, 1)
        if isinstance(row, Pupil):
            row.sort_name = row.make_sort_name()
        self.rows[type(row)].append(row)
        return row

    def moment(self, day, hour=15, minute=40):
        return at(day, hour, minute)

    def event(self, code, row, text, *, on, by, pupil=None, audience=Audience.RECORD):
        self.events.append((code, row, text, on, by, pupil, audience))

    def read(self, pupil, *, what, by, on):
        self.reads.append((pupil, what, by, on))

    def write(self):
        written = {model: self.rows.pop(model, []) for model in ORDER}
        for model, rows in written.items():
            self._write(model, rows)
        unknown = [model.__name__ for model in self.rows]
        if unknown:
            raise ValueError(f"Say in ORDER when to write {', '.join(unknown)}.")
        for model in [model for model in written if model in SOURCES]:
            self._write_due(model, written[model])  # when all is there: a plan's dates follow from its reviews

    def _write(self, model, rows):
        if not rows:
            return
        with times_as_given(model) as moments:
            for row in rows:
                for name in moments:
                    setattr(row, name, getattr(row, name) or row._history_date)
            for wave in _waves(model, rows):
                if hasattr(model, "history") and model not in WITHOUT_HISTORY:
                    bulk_create_with_history(wave, model, batch_size=BATCH)
                else:
                    model.objects.bulk_create(wave, batch_size=BATCH)
        if model is Pupil:
            keys = [key for pupil in rows for key in sorted(keys_for(pupil), key=lambda key: (key.kind, key.key))]
            SearchKey.objects.bulk_create(keys, batch_size=2000)

    def _write_due(self, model, rows):
        calendar, source = school_calendar(self.school), SOURCES[model]
        for row in rows:
            if owed := source.derive(row, calendar):
                sync(row, owed, school_id=self.school.pk, pupil_id=source.pupil_id_of(row))

    def write_events(self):
        """Write the gathered events in the order in which they happened."""
        ordered = sorted(enumerate(self.events), key=lambda pair: (pair[1][3], pair[0]))
        with times_as_given(Event):
            Event.objects.bulk_create([self._event(*event) for _, event in ordered], batch_size=BATCH)
        Read.objects.bulk_create([self._read(*read) for read in self.reads], batch_size=BATCH)
        self.events, self.reads = [], []

    def _event(self, code, row, text, on, by, pupil, audience):
        return Event(
            code=code,
            subject_type=row._meta.label_lower,
            subject_id=row.pk,
            school_id=self.school.pk,
            pupil_id=pupil.pk if pupil else None,
            text=text,
            audience=audience,
            happened_on=on,
            recorded_at=at(on, 15, 40),
            by_id=by.pk if by else None,
            by_name=by.name if by else "sendco",
        )

    def _read(self, pupil, what, by, on):
        return Read(
            school_id=self.school.pk,
            pupil_id=pupil.pk,
            what=what,
            user_id=by.pk,
            user_name=by.name,
            hour_at=at(on, 10),
        )
