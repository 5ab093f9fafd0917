"""Which roles are told of pupils at all."""

from staff.permissions import ROLE_PERMISSIONS, Permission
from staff.roles import Role

SEES_PUPILS = {Permission.PUPIL_VIEW, Permission.PUPIL_VIEW_UNIT, Permission.PUPIL_VIEW_ALL}
# Roles that are told of pupils: not a governor, an administrator or a data protection officer.
TOLD_ROLES = tuple(role for role in Role if SEES_PUPILS & ROLE_PERMISSIONS[role])
