from .appeals import Appeal
from .assessments import Advice, Exemption, Method, NeedsAssessment
from .authorities import Caseworker, LocalAuthority, ReviewLayout
from .chasers import ChaserPlan, ChaserRun
from .consultations import Consultation
from .contributions import ContributionFile, ReviewMail
from .costing import CostedMap
from .ledger import LineAction, LineConditions, LineDelivery, LineSum
from .letters import CaseLetter, CaseLetterKind, CaseLetterTemplate, Correspondence
from .plans import (
    Placement,
    Plan,
    PlanMove,
    PlanOutcome,
    PlanPage,
    PlanReading,
    PlanSection,
    PlanVersion,
    ProvisionLine,
    SectionLetter,
    TopUpFunding,
)
from .reviews import (
    AnnualReview,
    Contribution,
    Invitee,
    OutcomeReview,
    Recommendation,
    ReviewReport,
    ViewDifference,
)

__all__ = [
    "Advice",
    "AnnualReview",
    "Appeal",
    "CaseLetter",
    "CaseLetterKind",
    "CaseLetterTemplate",
    "Caseworker",
    "ChaserPlan",
    "ChaserRun",
    "Consultation",
    "Contribution",
    "ContributionFile",
    "Correspondence",
    "CostedMap",
    "Exemption",
    "Invitee",
    "LineAction",
    "LineConditions",
    "LineDelivery",
    "LineSum",
    "LocalAuthority",
    "Method",
    "NeedsAssessment",
    "OutcomeReview",
    "Placement",
    "Plan",
    "PlanMove",
    "PlanOutcome",
    "PlanPage",
    "PlanReading",
    "PlanSection",
    "PlanVersion",
    "ProvisionLine",
    "Recommendation",
    "ReviewLayout",
    "ReviewMail",
    "ReviewReport",
    "SectionLetter",
    "TopUpFunding",
    "ViewDifference",
]
