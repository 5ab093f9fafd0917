from .people import (
    GroupStaff,
    Invitation,
    LostFactor,
    Membership,
    OutgoingMail,
    RoleRequest,
    Takeover,
    TeachingGroup,
    User,
)
from .school import AcademicYear, Closure, School, Term, Unit

__all__ = [
    "AcademicYear",
    "Closure",
    "GroupStaff",
    "Invitation",
    "LostFactor",
    "Membership",
    "OutgoingMail",
    "RoleRequest",
    "School",
    "Takeover",
    "TeachingGroup",
    "Term",
    "Unit",
    "User",
]
