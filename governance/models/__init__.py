from .reminders import Acknowledgement, Cover, DailyRun, Digest, DigestLine, ReminderPlan, RuleStages

__all__ = [
    "Acknowledgement",
    "Cover",
    "DailyRun",
    "Digest",
    "DigestLine",
    "ReminderPlan",
    "RuleStages",
]
