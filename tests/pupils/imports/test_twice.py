"""Made-up lists of every kind, taken in and sent again: the second time nothing changes."""

import random

import pytest
from django.db import transaction

from pupils.imports.services import steps as imports
from pupils.models import Import, Pupil
from pupils.spreadsheets import csv_bytes

from .helping import apply, preview, upload, work
from .reading.files import UPNS

pytestmark = pytest.mark.django_db
# Of the lists some on PostgreSQL too.
TOO = pytest.mark.postgresql("what is stored is what is compared")
COLUMNS = {
    "UPN": lambda rnd, n: UPNS[n],
    "Adm No": lambda rnd, n: str(100 + n),
    "Surname": lambda rnd, n: rnd.choice(["Wrack", "Muñoz", "Null", "O'Dowd", "DUNE", "van der Moss"]) + "abcdef"[n],
    "Forename": lambda rnd, n: rnd.choice(["Pia", "Otto", "Zoë-Renée", "None", "-"]),
    "DOB": lambda rnd, n: rnd.choice(["27/05/2012", "03/04/2012", "2012-06-28", "14 Feb 2012", "31/12/2011"]),
    "Preferred name": lambda rnd, n: rnd.choice(["", "Pip", "n/a"]),
    "Year": lambda rnd, n: rnd.choice(["7", "Year 8", "9 / 9M", "R", "E1", "-1", "X", ""]),
    "Class": lambda rnd, n: rnd.choice(["7M", "3/4", "2026-04-03", ""]),
    "Sex": lambda rnd, n: rnd.choice(["F", "male", "U", "?", "Q"]),
    "SEN Status": lambda rnd, n: rnd.choice(["K", "E", "N", "", "SEN Support", "EHCP", "SA+", "Monitoring", "Blue"]),
    "SEN Start Date": lambda rnd, n: rnd.choice(["", "01/09/2022", "27/05/2024"]),
    "SEN End Date": lambda rnd, n: rnd.choice(["", "", "", "31/08/2025"]),
    "SEN Need": lambda rnd, n: rnd.choice(["", "SLCN", "ASD, Dyslexia", "MLD / HI", "NSA", "BESD", "1. PD; 2. VI"]),
    "FSM": lambda rnd, n: rnd.choice(["Y", "N", "", "*", "maybe"]),
    "CIN": lambda rnd, n: rnd.choice(["Yes", "No", ""]),
    "Admission Date": lambda rnd, n: rnd.choice(["", "03/09/2024", "28/09/2023"]),
    "Leaving Date": lambda rnd, n: rnd.choice(["", "", "", "17/07/2026"]),
    "Parent 1 Name": lambda rnd, n: rnd.choice(["", "Mrs Rosa Wrack", "Ash"]),
    "Relationship": lambda rnd, n: rnd.choice(["", "Mother", "MOT"]),
    "PR": lambda rnd, n: rnd.choice(["", "Yes", "N"]),
    "Email": lambda rnd, n: rnd.choice(["", "rosa@example.org", "rosa"]),
}


def made_up(seed):
    rnd = random.Random(seed)  # the same lists in every run
    usual = ["UPN", "Surname", "Forename", "DOB"]
    others = rnd.sample([name for name in COLUMNS if name not in usual], rnd.randint(3, 12))
    headings = [name for name in COLUMNS if name in usual or name in others]
    rows = [[COLUMNS[name](rnd, n) for name in headings] for n in range(rnd.randint(2, len(UPNS)))]
    return csv_bytes(headings, rows)


def settled(imported, by):
    """Answer what is asked: about the file as proposed, else the first answer; about rows the first."""
    choices = {each["key"]: each["answer"] or each["options"][0]["id"] for each in imported.questions}
    if any(not each["answer"] for each in imported.questions):
        imported = work(imports.read_as(imported=imported, choices=choices, by=by))
    for change in imported.changes.filter(unanswered__gt=0):
        for question in change.questions:
            if not question["answer"]:
                first = question["options"][0]["id"]
                imports.answer(imported=imported, change=change, key=question["key"], answer=first)
                change.refresh_from_db()
    return imported


@pytest.mark.parametrize("seed", [pytest.param(seed, marks=TOO if seed < 6 else ()) for seed in range(24)])
def test_a_list_taken_in_and_sent_again_changes_nothing(school, senco, seed):
    content = made_up(seed)
    imported = settled(preview(school, upload(content), senco), senco)
    new = imported.changes.filter(kind="new", is_chosen=True).count()
    if new:
        imported = apply(imported, senco, confirmed=True)
        assert imported.status == Import.Status.APPLIED
    assert Pupil.objects.count() == new

    again = preview(school, upload(content), senco)
    with transaction.atomic():
        again = settled(again, senco)

    different = again.changes.exclude(kind__in=["same", "rejected"])
    assert [(change.kind, change.label, change.fields, change.questions) for change in different] == []
