import gzip
import json
import logging
import subprocess
import sys
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from sendco.tools.bench.adults import add_adults, add_skills
from sendco.tools.bench.cases import forget_runs, make_schools, trust_head
from sendco.tools.bench.data import make_school
from sendco.tools.bench.measure import Reading
from sendco.tools.bench.provision import make_trust
from sendco.tools.bench.support import add_support
from sendco.tools.bench.work import JOBS, measured
from staff.models import School, User
from staff.roles import Role

# name: (most queries on top of the shell, most KiB, most times the bare view)
GOALS = {
    "register": (8, 60, 2.5),
    "home": (10, 100, 3.0),
    "pupil": (12, 100, 2.5),
    "search": (2, 100, 1.0),
}


def settle():
    """Count the rows, as the database does by itself soon after a large load."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


class Command(BaseCommand):
    help = "Measure the pages on schools of several sizes. Only for a database made for this."

    def add_arguments(self, parser):
        parser.add_argument("--quick", action="store_true", help="A tenth of the pupils and of the schools.")
        parser.add_argument("--times", type=int, default=40)
        parser.add_argument(
            "--only",
            choices=["pages", "cases", "staff", "support", "provision", "work", "weight"],
            help="One part alone.",
        )
        parser.add_argument("--job", nargs=3, metavar=("NAME", "SCHOOL", "NUMBER"), help="Used by the bench itself.")

    def handle(self, *args, quick, times, only, job, **options):
        if job:
            return self.one_job(*job)
        if School.objects.exists():
            raise CommandError("This database holds a school. Use python3 dev.py bench, which makes one of its own.")
        logging.disable(logging.CRITICAL)  # a line a request would drown the figures
        share = 10 if quick else 1
        self.stdout.write(f"Database: {connection.vendor}. Ratios are to a bare signed-in view of 25 rows.")
        if only in (None, "pages"):
            self.pages(share, times)
        if only in (None, "cases"):
            self.cases(share, times)
        if only in (None, "staff"):
            self.staff(share, times)
        if only in (None, "support"):
            self.support(share, times)
        if only in (None, "provision"):
            self.provision(share, times)
        if only in (None, "work"):
            self.work(share)
        if only in (None, "weight"):
            self.weight()

    def pages(self, share, times):
        small = make_school(1, 1000 // share)
        alone = self.read("one school of 1,000", *small, times)
        big = make_school(2, 10_000 // share)
        large = self.read("one school of 10,000", *big, times)
        for number in range(3, 3 + max(1, 49 // share)):
            make_school(number, 1000 // share)
        shared = self.read("the first school, now one of 50", *small, times)
        ratio = self.register_ratio
        self.say("register, 10,000 pupils in one school against 1,000", ratio(large) / ratio(alone), 1.3)
        self.say("register, one school of 50 against alone", ratio(shared) / ratio(alone), 1.1)

    @staticmethod
    def register_ratio(readings):
        return readings["register"].median_ms / readings["bare"].median_ms

    def read(self, title, school, senco, times):
        readings = self.pages_of("school_pages", school, min(times, 50))
        bare = readings["bare"]
        shell = bare.queries - 1
        self.stdout.write(f"\n{title}: the signed-in shell is {shell} queries (goal 6)")
        self.stdout.write(f"{'page':<10}{'queries':>16}{'median ms':>11}{'p95 ms':>9}{'KiB':>7}{'ratio':>7}{'CPU':>7}")
        for one in readings.values():
            ratio = one.median_ms / bare.median_ms
            queries, kib, times_bare = GOALS.get(one.name, (None, None, None))
            own = one.queries - shell
            words = f"{own} (goal {queries})" if queries else str(own)
            good = queries is None or (own <= queries and one.kib <= kib and ratio <= times_bare)
            mark = "" if good else f"  over its goal of {queries} queries, {kib} KiB, {times_bare}x"
            self.stdout.write(
                f"{one.name:<10}{words:>16}{one.median_ms:>11.1f}{one.p95_ms:>9.1f}{one.kib:>7.0f}{ratio:>7.2f}"
                f"{one.cpu_ms / bare.cpu_ms:>7.2f}{mark}"
            )
        return readings

    def staff(self, share, times):
        """Forty adults × five days × nine slots, in a school alone and among fifty."""
        school, _ = make_school(5000, 400 // share)
        add_adults(school)
        alone = self.staff_pages(school, times)
        for number in range(5001, 5001 + max(1, 49 // share)):
            add_adults(make_school(number, 400 // share)[0])
        shared = self.staff_pages(school, times)
        add_skills(school)
        self.staff_pages(school, times, skills=True)
        self.say("board, one school of 50 against alone", shared / alone, 1.1)

    def staff_pages(self, school, times, *, skills=False):
        """Say the ratios of the staff pages; returns that of the board."""
        readings = self.pages_of("staff_pages", school, min(times, 30))
        bare = readings["bare slots"].median_ms
        for name in ("board", "hours", "staff"):
            one = readings[name]
            words = f"{name}, 40 adults, times a bare list of their slots ({one.queries} queries, {one.kib:.0f} KiB)"
            self.say(words, one.median_ms / bare, 3.0)
        if not skills:
            self.say("board of a week, KiB", readings["board"].kib, 100)
        else:
            one = readings["skills"]
            words = (
                f"skills matrix, 60 adults, times a bare list of the same ({one.queries} queries, {one.kib:.0f} KiB)"
            )
            self.say(words, one.median_ms / readings["bare skills"].median_ms, 3.0)
        return readings["board"].median_ms / bare

    def support(self, share, times):
        """A class of thirty with four targets each, and a pupil with five years of history."""
        school, _ = make_school(7000, 400 // share)
        add_support(school)
        readings = self.pages_of("support_pages", school, min(times, 30))
        for name, beside, goal in (
            ("grid", "bare targets", 4.0),
            ("plans", "bare", 4.0),
            ("profiles", "bare", 4.5),
            ("pupil", "bare", 3.0),
            ("timeline", "bare", 3.0),
            # A tab adds its own lists to the page: four of them, and twelve.
            ("pupil plans", "bare", 4.0),
            ("pupil meetings", "bare", 6.5),
        ):
            one = readings[name]
            words = f"{name}, times the {beside} view ({one.queries} queries, {one.kib:.0f} KiB)"
            self.say(words, one.median_ms / readings[beside].median_ms, goal)
        figures = self.apart("print_class", school, share)
        self.say(f"{figures['pages']} profiles in one file, seconds", figures["seconds"], 15)

    def provision(self, share, times):
        """A trust with two terms of sessions, 24,000 attendances a school: alone, half of it, and all of it."""
        made, number = make_trust(8000, schools=1)
        school = made[0][0]
        alone = self.provision_pages(school, times, number)
        half = max(1, 24 // share)
        number += make_trust(8001, schools=half)[1]
        settle()
        first = self.apart("roll_up", school, share)
        number += make_trust(8001 + half, schools=half + 1)[1]
        shared = self.provision_pages(school, times, number)
        for name in ("map", "impact"):
            self.say(f"{name}, one school of a trust against alone", shared[name] / alone[name], 1.5)
        second = self.apart("roll_up", school, share)
        self.say(f"roll-up of {second['schools']} schools, seconds", second["seconds"], 60)
        each = [one["seconds"] / one["schools"] for one in (first, second)]
        self.say("roll-up of a school, twice the schools against once", each[1] / each[0], 1.2)
        self.say("roll-up, most memory of its worker, MB", second["megabytes"], 300)
        figures = self.apart("log_groups", school, share)
        self.say("log of a group, questions to the database", figures["queries"], 6)
        self.say("log of a group, times the bare view", figures["ms"] / figures["bare_ms"], 1.5)
        figures = self.apart("what_if", school, share)
        self.say(f"what if of {figures['adults']} adults and {figures['runs']} runs, seconds", figures["what_if"], 10)
        figures = self.apart("cover", school, share)
        self.say(
            f"cover of {figures['rows']} places in a day of 12 adults and 60 sessions, seconds", figures["cover"], 2
        )

    def provision_pages(self, school, times, number):
        self.stdout.write(f"\n{number} attendances")
        readings = self.pages_of("provision_pages", school, min(times, 30))
        ratios = {}
        for name, goal in (("my day", 2.0), ("map", 5.0), ("impact", 5.0)):
            one = readings[name]
            ratios[name] = one.median_ms / readings["bare"].median_ms
            self.say(f"{name}, times the bare view ({one.queries} queries, {one.kib:.0f} KiB)", ratios[name], goal)
        return ratios

    def cases(self, share, times):
        """Fifty schools with 2,000 plans and 1,500 reviews in flight: home, the head's page, and the daily run."""
        half = max(1, 25 // share)
        school, senco = make_schools(3000, half)[0]
        first, _ = self.daily(school, share)
        make_schools(3000 + half, half)
        second, found = self.daily(school, share)
        trust_head()
        self.stdout.write(f"\n{2 * half} schools with plans: {found['items']} dated items, {found['mails']} mails")
        self.say("daily run over all of it, seconds", second, 60)
        self.say("daily run, most memory of its worker, MB", found["megabytes"], 300)
        self.say("daily run, twice the data against once", second / first, 2.2)
        readings = self.pages_of("case_pages", school, min(times, 30))
        for name, goal in (("home", 3.0), ("due", 5.0), ("compliance", 5.0), ("trust", 5.0)):
            one = readings[name]
            words = f"{name} with cases, times the bare view ({one.queries} queries, {one.kib:.0f} KiB)"
            self.say(words, one.median_ms / readings["bare"].median_ms, goal)

    def pages_of(self, name, school, times):
        settle()
        return {row["name"]: Reading(**row) for row in self.apart(name, school, times)["readings"]}

    def daily(self, school, share):
        forget_runs()
        settle()
        figures = self.apart("daily", school, share)
        return figures["seconds"], figures

    def say(self, words, value, goal):
        self.stdout.write(f"{words}: {value:.2f} (goal {goal}){'' if value <= goal else '  over its goal'}")

    def work(self, share):
        school, _ = make_school(900, 10_000 // share)
        for words, goal, name in (
            (f"export of {10_000 // share} pupils to XLSX", 6, "export"),
            (f"import of {2000 // share} rows, previewed and applied", 20, "import"),
        ):
            figures = self.apart(name, school, share)
            self.say(f"{words}, seconds", figures["seconds"], goal)
            self.say(f"{words}, most memory of its worker, MB", figures["megabytes"], 200)

    @staticmethod
    def apart(name, school, number):
        """Run one job in a process of its own, as a worker does: this one still holds the schools it made."""
        manage = Path(settings.BASE_DIR) / "manage.py"
        command = [sys.executable, str(manage), "bench", "--job", name, str(school.pk), str(number)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  (our own command)
        if done.returncode:
            raise CommandError(f"{name} failed: {done.stderr[-2000:]}")
        return json.loads(done.stdout.splitlines()[-1])

    def one_job(self, name, school, number):
        logging.disable(logging.CRITICAL)
        school = School.objects.get(pk=school)
        senco = User.objects.filter(memberships__school=school, memberships__role=Role.SENCO).order_by("pk").first()
        self.stdout.write(json.dumps(measured(JOBS[name], school, senco, int(number))))

    def weight(self):
        """What a first visit to the home page loads: the page, two style sheets, two scripts, icons, the tab's icon."""
        sheets = ["vendor/tabler.min.css", "vendor/sendco.css"]
        names = [*sheets, "vendor/htmx.min.js", "js/sendco.js", "vendor/icons.svg", "img/icon.svg"]
        total = 0
        for name in names:
            path = Path(settings.BASE_DIR) / "static" / name
            size = len(gzip.compress(path.read_bytes(), 9)) / 1024
            total += size
            self.stdout.write(f"{name}: {size:.1f} KiB gzip")
        self.say("first visit, requests", len(names) + 1, 8)
        self.say("first visit, KiB of assets (gzip; brotli is smaller)", total, 140)
