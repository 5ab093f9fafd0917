from .agencies import Agency, BoughtTime, Recommendation, Referral, Visit
from .assessments import Assessment, Rater, ScoreImport, ScoreKind
from .concerns import Concern, ConcernView
from .contacts import Contact
from .deployment import SlotPupil
from .documents import Document
from .emergencies import Emergency
from .equipment import Equipment, EquipmentCheck, EquipmentLoan
from .imports import Import, ImportChange, ImportDecision, ImportMapping
from .letters import Letter, LetterTemplate
from .meetings import (
    ContactLog,
    EveningTeacher,
    Meeting,
    MeetingAction,
    MeetingPerson,
    MeetingPupil,
    ParentsEvening,
)
from .merges import Merge, NotDuplicate
from .outside import HandoverPack, OutsideAsk, OutsideFile
from .plans import (
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
from .practice import PracticeNote, PracticeUse
from .profiles import Profile, ProfileReading, ProfileVersion
from .pupil import Enrolment, GroupPlace, Pupil, PupilFlag, PupilSupport
from .questions import Challenge, ChallengeStep, QuestionReply, SencoQuestion
from .register import Need, NeedType, RegisterEntry, WatchListEntry
from .search import SearchKey
from .skills import PupilSkill, SkillTag
from .views import SavedView

__all__ = [
    "Agency",
    "Assessment",
    "BoughtTime",
    "Challenge",
    "ChallengeStep",
    "CohortTarget",
    "Concern",
    "ConcernView",
    "Contact",
    "ContactLog",
    "Document",
    "Emergency",
    "Enrolment",
    "Equipment",
    "EquipmentCheck",
    "EquipmentLoan",
    "EveningTeacher",
    "GroupPlace",
    "HandoverPack",
    "Import",
    "ImportChange",
    "ImportDecision",
    "ImportMapping",
    "Letter",
    "LetterTemplate",
    "Meeting",
    "MeetingAction",
    "MeetingPerson",
    "MeetingPupil",
    "Merge",
    "Need",
    "NeedType",
    "NotDuplicate",
    "OutsideAsk",
    "OutsideFile",
    "ParentsEvening",
    "PlanKind",
    "PlanNote",
    "PlanReader",
    "PlanStrategy",
    "PlanVoice",
    "PracticeNote",
    "PracticeUse",
    "Profile",
    "ProfileReading",
    "ProfileVersion",
    "Pupil",
    "PupilFlag",
    "PupilSkill",
    "PupilSupport",
    "QuestionReply",
    "Rater",
    "Recommendation",
    "Referral",
    "RegisterEntry",
    "ReviewWindow",
    "SavedView",
    "ScoreImport",
    "ScoreKind",
    "SearchKey",
    "SencoQuestion",
    "SkillTag",
    "SlotPupil",
    "SupportOutcome",
    "SupportPlan",
    "Target",
    "TargetReview",
    "TargetValue",
    "Visit",
    "WatchListEntry",
    "WindowClass",
]
