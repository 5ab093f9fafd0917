from .assessments import Assessment
from .concerns import Concern, ConcernView
from .contacts import Contact
from .deployment import SlotPupil
from .documents import Document
from .emergencies import Emergency
from .equipment import Equipment, EquipmentCheck, EquipmentLoan
from .imports import Import, ImportChange, ImportDecision, ImportMapping
from .letters import Letter, LetterTemplate
from .merges import Merge, NotDuplicate
from .practice import PracticeNote, PracticeUse
from .pupil import Enrolment, GroupPlace, Pupil, PupilFlag, PupilSupport
from .register import Need, NeedType, RegisterEntry, WatchListEntry
from .search import SearchKey
from .skills import PupilSkill, SkillTag
from .views import SavedView

__all__ = [
    "Assessment",
    "Concern",
    "ConcernView",
    "Contact",
    "Document",
    "Emergency",
    "Enrolment",
    "Equipment",
    "EquipmentCheck",
    "EquipmentLoan",
    "GroupPlace",
    "Import",
    "ImportChange",
    "ImportDecision",
    "ImportMapping",
    "Letter",
    "LetterTemplate",
    "Merge",
    "Need",
    "NeedType",
    "NotDuplicate",
    "PracticeNote",
    "PracticeUse",
    "Pupil",
    "PupilFlag",
    "PupilSupport",
    "RegisterEntry",
    "SavedView",
    "SearchKey",
    "PupilSkill",
    "SkillTag",
    "SlotPupil",
    "WatchListEntry",
]
