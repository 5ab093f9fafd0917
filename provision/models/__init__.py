from .cover import CoverDecision, CoverNotice
from .late_logs import LateLog
from .library import Evidence, Intervention, Tier
from .measures import InterventionMeasure, OutcomePoint, PlaceOutcome, PlaceScore
from .runs import Funding, Place, PlaceTarget, Provision, ProvisionAdult, ProvisionTime, Sharing, WaitingPupil
from .sessions import Attendance, AwayReason, LostReason, Session, SessionAdult
from .staffing import StaffingPlan
from .universal import UniversalCheck, UniversalItem

__all__ = [
    "Attendance",
    "AwayReason",
    "Evidence",
    "Funding",
    "CoverDecision",
    "CoverNotice",
    "Intervention",
    "InterventionMeasure",
    "LateLog",
    "LostReason",
    "OutcomePoint",
    "Place",
    "PlaceOutcome",
    "PlaceScore",
    "PlaceTarget",
    "Provision",
    "ProvisionAdult",
    "ProvisionTime",
    "Session",
    "SessionAdult",
    "Sharing",
    "StaffingPlan",
    "Tier",
    "UniversalCheck",
    "UniversalItem",
    "WaitingPupil",
]
