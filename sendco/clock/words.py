from datetime import date

# Spelled out, because strftime follows the locale of the machine.
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def join_words(items: list[str]) -> str:
    """A, B and C"""
    return " and ".join([", ".join(items[:-1]), items[-1]] if len(items) > 1 else items)


def short_date(day: date) -> str:
    """26 Jan 2027"""
    return f"{day.day} {MONTHS[day.month - 1][:3]} {day.year}"


def full_date(day: date) -> str:
    """26 January 2027, as letters write it"""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def long_date(day: date) -> str:
    """Tue 26 Jan 2027"""
    return f"{DAYS[day.weekday()]} {short_date(day)}"


def hours_and_minutes(minutes: int) -> str:
    """1950 as "32 h 30"; a whole hour without minutes; what is owed with its sign."""
    hours, rest = divmod(abs(minutes), 60)
    sign = "-" if minutes < 0 else ""
    return f"{sign}{hours} h {rest:02d}" if rest else f"{sign}{hours} h"
