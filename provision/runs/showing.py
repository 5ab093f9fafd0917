"""How a run is told in words."""

from collections.abc import Iterable

from sendco.clock import short_date

from ..models import ProvisionTime

NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def times_in_words(times: Iterable[ProvisionTime]) -> list[str]:
    """Days that share their hour stand together: "Mon, Wed and Fri 11:00"."""
    groups: dict[tuple, list[int]] = {}
    for row in times:
        groups.setdefault((row.starts_at, row.minutes, row.week, row.ends_on), []).append(row.weekday)
    return [_words(days, *shared) for shared, days in sorted(groups.items(), key=lambda pair: (pair[1], pair[0][0]))]


def _words(days, starts_at, minutes, week, ends_on):
    names = [NAMES[day] for day in sorted(set(days))]
    together = " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
    if names == list(NAMES[:5]):
        together = "Every day"
    text = f"{together} {starts_at:%H:%M}"
    text += f" in week {week}" if week else ""
    return text + (f" until {short_date(ends_on)}" if ends_on else "")
