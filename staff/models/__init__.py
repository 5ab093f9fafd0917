from .people import GroupStaff, Invitation, Membership, OutgoingMail, TeachingGroup, User
from .school import AcademicYear, Closure, School, Term, Unit

__all__ = [
    "AcademicYear",
    "Closure",
    "GroupStaff",
    "Invitation",
    "Membership",
    "OutgoingMail",
    "School",
    "TeachingGroup",
    "Term",
    "Unit",
    "User",
]
