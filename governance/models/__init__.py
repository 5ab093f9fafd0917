from .feeds import CalendarFeed
from .missed import MissedDeadline
from .reminders import Acknowledgement, Cover, DailyRun, Digest, DigestLine, ReminderPlan, RuleStages
from .watching import ManyRecords

__all__ = [
    "Acknowledgement",
    "CalendarFeed",
    "Cover",
    "DailyRun",
    "Digest",
    "DigestLine",
    "ManyRecords",
    "MissedDeadline",
    "ReminderPlan",
    "RuleStages",
]
