"""Whether somebody else than who asks sees a child: who is given something about a child has to."""

from staff.acting import acting_for
from staff.models import User

from .models import Pupil


def sees(user: User, pupil: Pupil) -> bool:
    """Whether this person, in the child's school, sees the child today."""
    return Pupil.objects.visible_to(acting_for(user, pupil.school_id)).filter(pk=pupil.pk).exists()
