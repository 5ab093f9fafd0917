from .pupils import PupilFactory, RegisterEntryFactory
from .staff import MembershipFactory, SchoolFactory, TeachingGroupFactory, UserFactory

__all__ = [
    "MembershipFactory",
    "PupilFactory",
    "RegisterEntryFactory",
    "SchoolFactory",
    "TeachingGroupFactory",
    "UserFactory",
]
