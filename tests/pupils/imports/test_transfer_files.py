"""Common transfer files: a whole history comes in, and a file of a few pupils says nothing of the others."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from pupils.imports.notes import NoteCode
from pupils.imports.services import steps as imports
from pupils.models import Pupil
from tests.factories import PupilFactory

from .helping import apply, kinds, preview, take_in, upload
from .reading.files import UPNS, ctf, ctf_pupil

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


def stage(code, start, end=""):
    ending = f"<EndDate>{end}</EndDate>" if end else ""
    return f"<SEN><StartDate>{start}</StartDate>{ending}<SENprovision>{code}</SENprovision></SEN>"


def history(*stages, needs=""):
    return f"<SENhistory>{''.join(stages)}<SENneeds>{needs}</SENneeds></SENhistory>"


def need(code, rank, start="", end=""):
    days = f"<NeedStartDate>{start}</NeedStartDate>" if start else ""
    days += f"<NeedEndDate>{end}</NeedEndDate>" if end else ""
    return f"<SENneed>{days}<SENtypeRank>{rank}</SENtypeRank><SENtype>{code}</SENtype></SENneed>"


def sent(*pupils, header=""):
    return upload(ctf(*pupils, header=header), "transfer.xml")


def statuses(pupil):
    return list(pupil.register_entries.order_by("starts_on").values_list("code", "starts_on", "ends_on"))


def test_old_and_ended_stages_come_in_as_history(school, senco):
    told = history(
        stage("A", "2011-09-05", "2012-08-31"), stage("P", "2012-09-01", "2013-08-31"),
        stage("S", "2013-09-01", "2016-03-31"), stage("E", "2016-04-01"), needs=need("ASD", 1, "2016-04-01"),
    )  # fmt: skip

    take_in(school, sent(ctf_pupil(told).replace("2015-02-14", "2008-02-14")), senco)

    assert statuses(Pupil.objects.get()) == [
        ("A", date(2011, 9, 5), date(2012, 8, 31)),
        ("P", date(2012, 9, 1), date(2013, 8, 31)),
        ("S", date(2013, 9, 1), date(2016, 3, 31)),
        ("E", date(2016, 4, 1), None),
    ]


def test_all_stages_over_means_no_sen_since(school, senco):
    take_in(school, sent(ctf_pupil(history(stage("K", "2022-09-05", "2024-03-10")))), senco)

    assert statuses(Pupil.objects.get()) == [
        ("K", date(2022, 9, 5), date(2024, 3, 10)), ("N", date(2024, 3, 11), None),
    ]  # fmt: skip


def test_an_end_to_come_is_no_end(school, senco):
    later = TODAY() + timedelta(days=200)
    take_in(school, sent(ctf_pupil(history(stage("K", "2022-09-05", later.isoformat())))), senco)

    assert statuses(Pupil.objects.get()) == [("K", date(2022, 9, 5), None)]


def test_needs_that_are_over_are_kept_with_their_days(school, senco):
    told = need("SLCN", 2, "2022-09-05") + need("ASD", 1, "2022-09-05") + need("MLD", 3, "2020-09-01", "2022-07-20")

    take_in(school, sent(ctf_pupil(history(stage("K", "2022-09-05"), needs=told))), senco)

    kept = Pupil.objects.get().needs.order_by("ends_on", "rank").values_list("need_type__code", "rank", "ends_on")
    assert set(kept) == {("ASD", 1, None), ("SLCN", 2, None), ("MLD", 3, date(2022, 7, 20))}


def test_two_open_stages_are_asked_about_with_the_later_proposed(school, senco):
    imported = preview(school, sent(ctf_pupil(history(stage("K", "2022-09-05"), stage("E", "2024-03-11")))), senco)
    change = imported.changes.get()
    [question] = change.questions
    assert (NoteCode(question["note"]["code"]), question["answer"]) == (NoteCode.TWO_OPEN_STAGES, "E")

    imports.answer(imported=imported, change=change, key=question["key"], answer="K")
    apply(imported, senco)

    assert statuses(Pupil.objects.get()) == [("K", date(2022, 9, 5), None)]


def test_a_statement_that_goes_on_is_asked_about(school, senco):
    imported = preview(school, sent(ctf_pupil(history(stage("S", "2013-09-02"))).replace("2015-", "2008-")), senco)

    [question] = imported.changes.get().questions
    assert (NoteCode(question["note"]["code"]), question["answer"]) == (NoteCode.STATUS_BEFORE_2014, "")


CONTACT = """
<Contacts><Contact><Order>1</Order><Title>Mrs</Title><Surname>Larkhill</Surname><Forename>Ash</Forename>
<Relationship>STM</Relationship><Responsibility>Y</Responsibility></Contact></Contacts>
"""


def test_contacts_have_no_title_in_the_name_and_a_relationship_in_words(school, senco):
    take_in(school, sent(ctf_pupil(CONTACT)), senco)

    contact = Pupil.objects.get().contacts.get()
    assert (contact.name, contact.relation, contact.has_parental_responsibility) == (
        "Ash Larkhill", "Stepmother", True,
    )  # fmt: skip


@pytest.mark.parametrize(("ours", "qualifier", "missing"), [
    (True, "full", 1), (True, "partial", 0), (False, "full", 0),
])  # fmt: skip
def test_who_is_missing_is_said_only_of_our_own_full_file(school, senco, ours, qualifier, missing):
    school.dfe_number = "3724988"
    school.save()
    PupilFactory(school=school, legal_surname="Marsh", upn=UPNS[3])
    number = ("372", "4988") if ours else ("999", "1234")
    header = (
        f"<DocumentQualifier>{qualifier}</DocumentQualifier><SourceSchool><LEA>{number[0]}</LEA>"
        f"<Estab>{number[1]}</Estab></SourceSchool><DestSchool><LEA>372</LEA><Estab>4988</Estab></DestSchool>"
    )

    imported = preview(school, sent(ctf_pupil(), header=header), senco)

    assert len(kinds(imported).get("leaver", [])) == missing


def test_a_transfer_file_sent_again_changes_nothing(school, senco):
    told = history(stage("S", "2013-09-01", "2016-03-31"), stage("E", "2016-04-01"), needs=need("ASD", 1))
    file = ctf_pupil(told + CONTACT).replace("2015-02-14", "2008-02-14")
    take_in(school, sent(file), senco)

    assert set(kinds(preview(school, sent(file), senco))) == {"same"}
