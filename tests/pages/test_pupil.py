from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from pupils.models import Agency, Contact, NeedType, OutsideAsk, PupilFlag, Referral, SencoQuestion
from pupils.plans.services.reviews import close_cycle
from pupils.register.services import change_status
from sendco.audit.models import Read
from sendco.due.models import DueItem
from tests.factories import PupilFactory
from tests.pupils.plans.helping import begin, targets_of, write
from tests.pupils.plans.test_meetings import agree
from tests.pupils.plans.test_meetings import plan as meet


@pytest.fixture
def on_support(pupil, senco):
    kind = NeedType.objects.get(code="SPLD")
    start = date(2026, 1, 12)
    change_status(pupil=pupil, code="K", starts_on=start, reason="Reading", decided_by="NR", by=senco, needs=[kind])
    return pupil


def page(client, pupil, tab=""):
    return client.get(pupil.get_absolute_url() + (f"?tab={tab}" if tab else ""))


def test_senco_sees_the_whole_record(client, sign_in, senco, on_support):
    sign_in(senco)

    words = page(client, on_support).content.decode()

    assert "Kezia Adeyemi" in words
    assert "SEN Support" in words
    assert "Telling home that SEN Support has started" in words
    assert "Status is SEN Support from Mon 12 Jan 2026. Reading" in words


@pytest.mark.parametrize("tab", ["register", "people", "assessments", "concerns", "documents", "details"])
def test_each_tab_opens_for_the_senco(client, sign_in, senco, on_support, tab):
    sign_in(senco)

    assert page(client, on_support, tab).status_code == 200


@pytest.mark.parametrize("tab", ["people", "assessments", "concerns", "documents", "details", "nonsense"])
def test_teacher_has_no_tab_beyond_the_need(client, sign_in, teacher, on_support, tab):
    sign_in(teacher)

    assert page(client, on_support, tab).status_code == 404


def test_teacher_sees_status_and_no_narrative(client, sign_in, teacher, on_support):
    Contact.objects.create(pupil=on_support, name="Folake Adeyemi")
    sign_in(teacher)

    words = page(client, on_support).content.decode()
    history = page(client, on_support, "register").content.decode()

    assert "SEN Support" in words
    assert "Folake" not in words
    assert "Reading" not in words + history


def test_opening_a_record_is_kept(client, sign_in, senco, pupil):
    sign_in(senco)

    page(client, pupil)
    page(client, pupil, "register")

    assert Read.objects.filter(pupil_id=pupil.pk, user_id=senco.pk).count() == 1
    words = client.get(reverse("pupil-readers", args=[pupil.pk])).content.decode()
    assert "Nadia Rahman" in words


def test_confidential_flag_shows_only_to_those_allowed(client, sign_in, senco, teacher, office, pupil):
    PupilFlag.objects.create(pupil=pupil, kind="cp", note="canary-flag-note")
    sign_in(senco)
    assert "Child protection plan" in page(client, pupil).content.decode()

    for other in (teacher, office):
        sign_in(other)
        words = page(client, pupil).content.decode()
        assert "Child protection" not in words
        assert "canary-flag-note" not in words


def test_hidden_address_is_on_no_tab(client, sign_in, senco, pupil):
    from pupils.record.services.contacts import save_contact

    contact = Contact(pupil=pupil, name="Folake", address="4 Canary Mews", postcode="AB1 2CD", address_hidden=True)
    save_contact(contact=contact, by=senco)
    sign_in(senco)

    words = page(client, pupil, "people").content.decode() + page(client, pupil).content.decode()

    assert "Canary Mews" not in words
    assert "Hidden" in words
    assert "Canary Mews" not in str(list(Contact.history.values()))


def test_title_of_the_browser_tab_names_no_child(client, sign_in, senco, pupil):
    sign_in(senco)

    words = page(client, pupil).content.decode()

    assert "Kezia" not in words[words.index("<title>") : words.index("</title>")]


def test_why_this_date_shows_the_sum(client, sign_in, senco, on_support):
    item = DueItem.objects.get(rule="support.tell_parent")
    sign_in(senco)

    words = client.get(reverse("due-why", args=[item.pk])).content.decode()

    assert "Children and Families Act 2014 s68" in words
    assert "not law" in words


def test_due_items_of_others_are_not_a_teachers(client, sign_in, teacher, on_support):
    item = DueItem.objects.get(rule="support.tell_parent")
    sign_in(teacher)

    assert client.get(reverse("due-why", args=[item.pk])).status_code == 404


def test_leaver_is_still_readable(client, sign_in, senco, pupil):
    from pupils.record.services.pupils import record_leaver

    record_leaver(pupil=pupil, left_on=timezone.localdate(), reason="Moved", destination="Oakmere", by=senco)
    sign_in(senco)

    assert "Left on" in page(client, pupil).content.decode()


def test_young_person_is_said_to_hold_the_rights(client, sign_in, senco, school):
    older = PupilFactory(school=school, birth_on=timezone.localdate() - timedelta(days=365 * 18))
    sign_in(senco)

    assert "is a young person since" in page(client, older, "people").content.decode()


@pytest.mark.parametrize("tab", ["plans", "meetings"])
def test_the_tabs_of_support_ask_as_often_for_many_years(client, sign_in, senco, pupil, tab, count_queries):
    sign_in(senco)
    url = f"{pupil.get_absolute_url()}?tab={tab}"

    def year():
        plan = begin(pupil, senco)
        for target in targets_of(plan):
            write(target, senco, value="5", judgement="partly", next_step="stop")
        close_cycle(plan=plan, by=senco, goes_on=False)
        meeting = meet(pupil, senco)
        agree(meeting, senco, owner=senco)
        agency = Agency.objects.create(school=pupil.school, name=f"Agency {meeting.pk}", kind="salt")
        Referral.objects.create(pupil=pupil, agency=agency, lead=senco, reason="Speech")
        SencoQuestion.objects.create(school=pupil.school, pupil=pupil, words="Which seat?", asked_by=senco)
        OutsideAsk.objects.create(
            pupil=pupil, kind="school", name="Ms Oak", email="oak@school.example", asked_by=senco,
            answer_by=meeting.planned_on,
        )  # fmt: skip

    for _ in range(2):
        year()
    few = count_queries(url)
    for _ in range(3):
        year()

    assert count_queries(url) == few


def test_query_count_is_constant(client, sign_in, senco, on_support, count_queries):
    sign_in(senco)
    few = count_queries(on_support.get_absolute_url())
    for number in range(20):
        Contact.objects.create(pupil=on_support, name=f"Contact {number}")
        PupilFlag.objects.create(pupil=on_support, kind="fsm", starts_on=date(2020, 1, 1), ends_on=date(2020, 1, 2))

    assert count_queries(on_support.get_absolute_url()) == few
