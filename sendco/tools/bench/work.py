"""Background work, timed from the request to the last row: an export of a whole school, an import of a list."""

import resource
import time

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict

from pupils.identifiers import upn_check_letter
from pupils.imports.reading.columns import guess_mapping, remember
from pupils.imports.services import steps as imports
from pupils.models import Import, ImportMapping
from sendco.jobs.models import Job, Status
from sendco.jobs.runner import run
from sendco.pages.register import exports
from sendco.pages.register.filters import RegisterFilter
from sendco.pages.register.forms import EXPORT_COLUMNS
from staff.acting import acting_for

from .cases import daily
from .pages import case_pages, school_pages, staff_pages, support_pages
from .provision import cover_day, log_groups, provision_pages, roll_up_all, what_if_year
from .support import print_class

HEADINGS = "UPN,Surname,Forename,DOB,Year,Class,SEN Status,SEN Need,Contact 1 name,Contact 1 phone"


def finish(job_id):
    run(job_id)
    job = Job.objects.get(pk=job_id)
    if job.status != Status.DONE:
        raise RuntimeError(f"{job.kind}: {job.status} {job.error}")
    return job


def export_all(school, senco, share):
    acting = acting_for(senco, school.pk)
    job = exports.start(
        RegisterFilter(QueryDict("who=all"), acting=acting),
        picked=[],
        acting=acting,
        purpose="Benchmark",
        kind="xlsx",
        fields_out=[key for key, _ in EXPORT_COLUMNS],
    )
    finish(job.pk)


def import_file(school, senco, share):
    headers = HEADINGS.split(",")
    ImportMapping.objects.create(school=school, headings=remember(headers, guess_mapping(headers)))
    upload = SimpleUploadedFile("pupils.csv", _list(2000 // share))
    imported = imports.start(school=school, upload=upload, by=senco)
    finish(imported.job_id)
    imported.refresh_from_db()
    imports.apply(imported=imported, by=senco, confirmed=True)
    imported.refresh_from_db()
    finish(imported.job_id)
    imported.refresh_from_db()
    if imported.status != Import.Status.APPLIED:
        raise RuntimeError(f"import: {imported.status} {imported.error}")


JOBS = {
    "export": export_all,
    "import": import_file,
    "daily": daily,
    "school_pages": school_pages,
    "case_pages": case_pages,
    "staff_pages": staff_pages,
    "support_pages": support_pages,
    "print_class": print_class,
    "provision_pages": provision_pages,
    "log_groups": log_groups,
    "roll_up": roll_up_all,
    "cover": cover_day,
    "what_if": what_if_year,
}


def measured(job, *arguments):
    """Do the job; return its seconds and the most memory this process ever held."""
    started = time.perf_counter()
    more = job(*arguments) or {}
    seconds = time.perf_counter() - started
    return more | {"seconds": seconds, "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def _list(rows):
    lines = [HEADINGS]
    for number in range(rows):
        digits = f"9990{number // 1000:03d}26{number % 1000:03d}"
        name = "".join("abcdefghij"[int(digit)] for digit in f"{number:05d}").title()
        sen = "K,SLCN" if number % 7 == 0 else "N,"
        lines.append(
            f"{upn_check_letter(digits)}{digits},Moss{name},Wren,{1 + number % 28:02d}/{1 + number % 12:02d}/2012,9,"
            f"9{'ABCD'[number % 4]},{sen},Mr {name},01632 96{number:04d}"
        )
    return "\n".join(lines).encode()
