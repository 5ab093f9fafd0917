from datetime import date

from django.core.management.base import BaseCommand, CommandError

from ehcp import deadlines as cases
from ehcp.deadlines.sums import TWO_LIMITS, lines_of, work_out
from pupils import deadlines as register
from sendco.clock import long_date
from staff import deadlines as adults
from staff.models import School
from staff.selectors import school_calendar

# The school's own numbers of days, where no school is named.
USUAL_DAYS = 5


def table(school=None, calendar=None, on=None):
    """{code: rows} of every floor. Rules that count the school's own days are made for this school and day."""
    rows = {code: cases.rows_of(code) for code in cases.CODES}
    days = (school.concern_days, school.letter_days) if school else (USUAL_DAYS, USUAL_DAYS)
    counted = zip(register.COUNTED, days, strict=True)
    made = [rule(days=number, calendar=calendar, trigger=on or date(2026, 11, 9)) for rule, number in counted]
    for rule in (*register.FIXED, *made, *adults.SENCO_QUALIFICATION, adults.NASENCO):
        rows.setdefault(rule.code, []).append(rule)
    return rows


def to_date(text, what):
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CommandError(
            f"{what}: {text} is not a date. Write it as year-month-day, for example 2027-01-12."
        ) from None


class Command(BaseCommand):
    help = "Print how the date of a rule is worked out. Without a rule, list the rules."

    def add_arguments(self, parser):
        parser.add_argument("rule", nargs="?", help="The code of the rule, for example review.final")
        parser.add_argument("--on", metavar="DATE", help="The day counted from, for example 2027-01-12")
        parser.add_argument(
            "--and", dest="others", metavar="NAME=DATE", action="append", default=[], help="A second day that it needs"
        )
        parser.add_argument("--school", type=int, metavar="ID", help="Use the calendar of this school")

    def handle(self, *, rule, on, others, school, **options):
        if not rule:
            self._list()
            return
        if not on:
            raise CommandError("Give the day it is counted from: --on 2027-01-12")
        on = to_date(on, "--on")
        school = self._school(school)
        calendar = school_calendar(school) if school else None
        rows = table(school, calendar, on).get(rule)
        if rows is None:
            raise CommandError(f"There is no rule {rule}. Leave the rule out to see the list.")
        self._print(rows, on, self._others(rule, others), calendar)

    def _list(self):
        for code, rows in table().items():
            self.stdout.write(f"{code:28} {rows[0].title}")
            for row in rows:
                self.stdout.write(f"{'':28}   {row.count.words} {row.trigger}")
            for name, what in TWO_LIMITS[code].facts.items() if code in TWO_LIMITS else ():
                self.stdout.write(f"{'':28}   --on is {TWO_LIMITS[code].on}; --and {name}=DATE is {what}")

    def _school(self, pk):
        if pk is None:
            return None
        school = School.objects.filter(pk=pk).first()
        if school is None:
            raise CommandError(f"There is no school {pk}.")
        return school

    def _others(self, code, texts):
        known = TWO_LIMITS[code].facts if code in TWO_LIMITS else {}
        days = {}
        for text in texts:
            name, equals, day = text.partition("=")
            if not equals:
                raise CommandError(f"--and {text}: write it as NAME=DATE, for example meeting=2027-01-12.")
            if name not in known:
                takes = f"It takes {', '.join(known)}." if known else "It takes none."
                raise CommandError(f"{code} knows no day named {name}. {takes}")
            days[name] = to_date(day, f"--and {name}")
        return days

    def _print(self, rows, on, others, calendar):
        deadlines = work_out(rows, on, others, calendar)
        if not deadlines:
            raise CommandError(
                f"{rows[0].code} gives no date for {long_date(on)}: the rule does not hold on that day, "
                "or the bank holidays it needs are not known yet."
            )
        for number, deadline in enumerate(deadlines):
            if number:
                self.stdout.write("")
            for line in lines_of(deadline, calendar):
                self.stdout.write(line)
