"""Who asked for a job, as they may act when it runs."""

from sendco.jobs.runner import Run
from sendco.jobs.services import JobFailed

from .acting import Acting, acting_for
from .models import User
from .permissions import Permission

NOT_ALLOWED = "You may not do this in this school any more."


def acting_of(run: Run, *permissions: Permission, refusal: str = NOT_ALLOWED) -> Acting:
    """Return who asked for this job, as they are today. Raises JobFailed when none of the permissions is left."""
    user = User.objects.filter(pk=run.job.user_id, is_active=True).first() if run.job.user_id else None
    acting = acting_for(user, run.job.school_id) if user else None
    if acting is None or acting.school is None or acting.school.pk != run.job.school_id:
        raise JobFailed(refusal)
    if not any(acting.can(permission) for permission in permissions):
        raise JobFailed(refusal)
    return acting
