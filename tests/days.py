"""Days of cases that count from today.

Cases are loaded long before they run: a run that passes midnight would test yesterday. So a case gives the distance, a
timedelta, and its test asks for the day.
"""

from datetime import timedelta

from django.utils import timezone


def from_today(case):
    """Return the case with each distance replaced by its day; a case is a value or a dictionary of values."""
    if isinstance(case, dict):
        return {name: from_today(value) for name, value in case.items()}
    return timezone.localdate() + case if isinstance(case, timedelta) else case
