from .feeds import CalendarFeed
from .missed import MissedDeadline
from .reminders import Acknowledgement, Cover, DailyRun, Digest, DigestLine, ReminderPlan, RuleStages

__all__ = [
    "Acknowledgement",
    "CalendarFeed",
    "Cover",
    "DailyRun",
    "Digest",
    "DigestLine",
    "MissedDeadline",
    "ReminderPlan",
    "RuleStages",
]
