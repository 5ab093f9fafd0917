"""The accounts to look around with."""

from .people import PEOPLE

# Public on purpose: `manage.py demo` refuses without SENDCO_DEMO=1, and a site with that set starts on localhost only.
PASSWORD = "copper otter lantern nine"  # noqa: S105


def lines(schools):
    """Yield the table's lines: role, school, e-mail. `schools` maps a demo key to a school."""
    rows = [("Role", "School", "E-mail")]
    for person in PEOPLE:
        if not person.in_accounts:
            continue
        for key in {school: None for school, _ in person.roles}:
            rows.append((person.post, schools[key].short_name, person.email))
    widths = [max(len(row[place]) for row in rows) for place in range(3)]
    for row in rows:
        yield "  ".join(value.ljust(width) for value, width in zip(row, widths, strict=True)).rstrip()
