from datetime import date, timedelta

import pytest
from django.utils import timezone

from pupils.models import (
    Concern,
    ConcernView,
    Contact,
    Enrolment,
    GroupPlace,
    NeedType,
    Pupil,
    PupilFlag,
    PupilSupport,
    RegisterEntry,
    SearchKey,
)
from pupils.models.register import Code
from pupils.record.refusals import (
    ContactReason,
    EnrolmentReason,
    FlagReason,
    GroupReason,
    RecordReason,
    RollReason,
    SupportReason,
)
from pupils.record.services import contacts
from pupils.record.services import pupils as services
from pupils.register import services as register
from pupils.register.refusals import RegisterReason
from sendco.audit.models import Audience, Event, Read
from sendco.due.models import DueItem
from sendco.refusals import ChangedMeanwhile
from staff.acting import acting_for
from staff.models import TeachingGroup, Unit
from staff.owed import all_differences, bring_up_to_date
from staff.refusals import PeopleReason
from staff.roles import Role
from tests.days import from_today
from tests.factories import MembershipFactory, PupilFactory, TeachingGroupFactory
from tests.refusals import refused

from .races import race

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql("locks and constraints")]
TODAY = timezone.localdate
UPN, OTHER_UPN = "X373400126001", "Z886321627014"


def days_ago(number):
    return TODAY() - timedelta(days=number)


def last_event():
    return Event.objects.order_by("-pk").first()


def open_concern(pupil, by, asked=None):
    concern = Concern.objects.create(
        school=pupil.school, pupil=pupil, raised_by=by, what="Cannot follow a line of print", parent_told="told"
    )
    bring_up_to_date(concern)
    if asked:
        view = ConcernView.objects.create(concern=concern, asked_of=asked, asked_by=by)
        bring_up_to_date(view)
    return concern


# --- On roll -----------------------------------------------------------------------------------------------------
def test_add_pupil_makes_enrolment_entry_search_keys_event_and_history(school, office):
    pupil = services.add_pupil(
        school=school, joined_on=days_ago(3), by=office, legal_forename="Amina", legal_surname="Okoro", upn=UPN
    )

    entry = RegisterEntry.objects.get(pupil=pupil)
    assert (entry.code, entry.starts_on, entry.ends_on) == (Code.NONE, days_ago(3), None)
    assert Enrolment.objects.get(pupil=pupil).starts_on == days_ago(3)
    assert SearchKey.objects.filter(pupil=pupil, kind=SearchKey.Kind.NUMBER, key=UPN.casefold()).exists()
    event = last_event()
    assert (event.code, event.pupil_id, event.school_id, event.by_id) == ("pupil.added", pupil.pk, school.pk, office.pk)
    assert event.happened_on == days_ago(3)
    assert pupil.history.get().history_user == office


def test_add_pupil_on_sen_support_owes_the_telling_of_the_parent(school, senco):
    pupil = services.add_pupil(
        school=school, joined_on=days_ago(1), by=senco, code=Code.SUPPORT, legal_forename="Amina", legal_surname="Okoro"
    )

    assert DueItem.objects.get(pupil_id=pupil.pk).rule == "support.tell_parent"
    assert list(all_differences()) == []


def test_add_pupil_refuses_a_upn_of_the_school_and_not_one_of_another(school, other_school, office):
    PupilFactory(school=school, upn=UPN)
    PupilFactory(school=other_school, upn=OTHER_UPN)
    details = {"school": school, "joined_on": TODAY(), "by": office, "legal_forename": "A", "legal_surname": "B"}

    with refused(RecordReason.UPN_TAKEN):
        services.add_pupil(**details, upn=UPN)

    assert services.add_pupil(**details, upn=OTHER_UPN).upn == OTHER_UPN


def test_add_pupil_refuses_a_unit_of_another_school(school, other_school, office):
    unit = Unit.objects.create(school=other_school, name="Harbour", kind=Unit.Kind.RESOURCED)

    with refused(RecordReason.OTHER_SCHOOL):
        services.add_pupil(
            school=school, joined_on=TODAY(), by=office, unit=unit, legal_forename="A", legal_surname="B"
        )

    assert not Pupil.objects.filter(school=school).exists()


def test_add_pupil_twice_at_once_with_one_upn_adds_one(school, office, tmp_path):
    def add():
        return services.add_pupil(
            school=school, joined_on=TODAY(), by=office, legal_forename="A", legal_surname="B", upn=UPN
        ).upn

    assert sorted(race(add, count=4, folder=tmp_path)) == ["Refused", "Refused", "Refused", UPN]


def test_add_pupil_says_it_in_words_when_the_upn_was_taken_after_we_looked(school, office, monkeypatch):
    PupilFactory(school=school, upn=UPN)
    seen = []
    look = services._check_upn_is_free

    def look_too_early(*args, **kwargs):
        seen.append(args)
        if len(seen) > 1:
            look(*args, **kwargs)

    monkeypatch.setattr(services, "_check_upn_is_free", look_too_early)

    with refused(RecordReason.UPN_TAKEN):
        services.add_pupil(school=school, joined_on=TODAY(), by=office, legal_forename="A", legal_surname="B", upn=UPN)


def test_update_pupil_saves_what_changed_and_names_it(pupil, senco):
    changed = services.update_pupil(
        pupil=pupil, values={"preferred_forename": "Kez", "legal_surname": "Adeyemi"}, version=1, by=senco
    )

    pupil.refresh_from_db()
    assert (pupil.preferred_forename, pupil.version, changed.version) == ("Kez", 2, 2)
    assert "preferred forename" in last_event().text
    assert "surname" not in last_event().text
    assert pupil.history.first().history_user == senco
    assert SearchKey.objects.filter(pupil=pupil, key="kez").exists()


def test_update_pupil_with_nothing_new_leaves_no_trace(pupil, senco):
    services.update_pupil(pupil=pupil, values={"legal_surname": pupil.legal_surname}, version=1, by=senco)

    pupil.refresh_from_db()
    assert pupil.version == 1
    assert not Event.objects.exists()


def test_update_pupil_of_an_older_version_is_refused_with_what_is_stored(pupil, senco, office):
    services.update_pupil(pupil=pupil, values={"pronouns": "she/her"}, version=1, by=office)

    with pytest.raises(ChangedMeanwhile) as meanwhile:
        services.update_pupil(pupil=pupil, values={"pronouns": "they/them"}, version=1, by=senco)

    assert meanwhile.value.theirs.pronouns == "she/her"


def test_update_pupil_at_once_lets_one_of_many_win(pupil, senco, tmp_path):
    def save():
        return services.update_pupil(pupil=pupil, values={"pronouns": "she/her"}, version=1, by=senco).version

    outcomes = race(save, count=6, folder=tmp_path)

    assert outcomes.count(2) == 1
    assert outcomes.count("ChangedMeanwhile") == 5


@pytest.mark.parametrize("typed", [{}, {"former_upn": ""}, {"former_upn": "Z933205125108"}])
def test_a_new_upn_keeps_the_old_one_as_former(school, senco, typed):
    pupil = PupilFactory(school=school, upn=UPN)
    pupil.former_upn = typed.get("former_upn", "")
    pupil.save(update_fields=["former_upn"])

    services.update_pupil(pupil=pupil, values={"upn": OTHER_UPN} | typed, version=1, by=senco)

    pupil.refresh_from_db()
    assert (pupil.upn, pupil.former_upn) == (OTHER_UPN, UPN)


def test_update_pupil_refuses_the_upn_of_another(school, pupil, senco):
    PupilFactory(school=school, upn=UPN)

    with refused(RecordReason.UPN_TAKEN):
        services.update_pupil(pupil=pupil, values={"upn": UPN}, version=1, by=senco)


# --- Enrolments, leavers, coming back ------------------------------------------------------------------------------
def change(pupil, by, **values):
    values = {"kind": Enrolment.Kind.SINGLE, "unit": None, "other_school": "", "starts_on": TODAY()} | values
    return services.change_enrolment(pupil=pupil, by=by, **values)


def test_change_enrolment_closes_the_open_one_the_day_before(pupil, senco):
    enrolment = change(pupil, senco, kind=Enrolment.Kind.MAIN, other_school="Tern Lane")

    before = Enrolment.objects.exclude(pk=enrolment.pk).get(pupil=pupil)
    assert before.ends_on == days_ago(1)
    assert enrolment.ends_on is None
    assert (last_event().code, last_event().happened_on) == ("pupil.enrolment_changed", TODAY())
    assert enrolment.history.get().history_user == senco


@pytest.mark.parametrize(
    ("starts_on", "reason"),
    [
        (date(2024, 9, 2), EnrolmentReason.NOT_AFTER_PRESENT),
        (timedelta(days=1), EnrolmentReason.IN_FUTURE),
    ],
)
def test_change_enrolment_refuses_days_that_cannot_be(pupil, senco, starts_on, reason):
    with refused(reason):
        change(pupil, senco, starts_on=from_today(starts_on))

    assert Enrolment.objects.filter(pupil=pupil).count() == 1


def test_change_enrolment_at_once_leaves_one_open(pupil, senco, tmp_path):
    outcomes = race(lambda: change(pupil, senco).get_kind_display(), count=4, folder=tmp_path)

    assert outcomes.count("Refused") == 3


def leave(pupil, by, on=None):
    return services.record_leaver(
        pupil=pupil, left_on=on or TODAY(), reason="Moved house.", destination="Tern Lane", by=by
    )


def test_record_leaver_ends_what_is_open_and_keeps_the_record(pupil, senco, teacher, teaching_assistant):
    concern = open_concern(pupil, teacher, asked=teaching_assistant)
    services.add_flag(pupil=pupil, kind="fsm", starts_on=days_ago(9), by=senco)
    services.add_support(pupil=pupil, user=teaching_assistant, by=senco)

    leave(pupil, senco)

    pupil.refresh_from_db()
    concern.refresh_from_db()
    assert (pupil.left_on, pupil.destination, pupil.version) == (TODAY(), "Tern Lane", 2)
    assert concern.closed_on == TODAY()
    for model in (Enrolment, RegisterEntry, PupilFlag, PupilSupport):
        assert not model.objects.filter(pupil=pupil, ends_on=None).exists()
    assert not DueItem.objects.filter(pupil_id=pupil.pk, met_on=None, closed_on=None).exists()
    assert list(all_differences()) == []
    assert last_event().text == f"Left on {TODAY():%a} {TODAY().day} {TODAY():%b %Y}. Moved house. Tern Lane"


def test_record_leaver_refuses_a_second_time_the_future_and_a_day_before_the_enrolment(pupil, senco):
    with refused(RollReason.LEFT_IN_FUTURE):
        leave(pupil, senco, TODAY() + timedelta(days=1))
    with refused(RollReason.LEFT_BEFORE_JOINING):
        leave(pupil, senco, date(2024, 9, 1))
    change(pupil, senco, starts_on=days_ago(10))
    with refused(RollReason.LEFT_BEFORE_ENROLMENT):
        leave(pupil, senco, days_ago(20))
    leave(pupil, senco)
    with refused(RollReason.LEFT_ALREADY):
        leave(pupil, senco)


def test_record_leaver_at_once_takes_off_roll_once(pupil, senco, tmp_path):
    outcomes = race(lambda: leave(pupil, senco).version, count=5, folder=tmp_path)

    assert sorted(outcomes, key=str) == [2, "Refused", "Refused", "Refused", "Refused"]


def test_a_leaver_is_out_of_the_teachers_sight(pupil, senco, teacher, acting):
    assert Pupil.objects.visible_to(acting(teacher)).filter(pk=pupil.pk).exists()

    leave(pupil, senco)

    assert not Pupil.objects.visible_to(acting(teacher)).filter(pk=pupil.pk).exists()


def test_readmit_opens_a_new_enrolment_and_an_entry_of_n(pupil, senco):
    leave(pupil, senco, days_ago(5))

    services.readmit(pupil=pupil, joined_on=days_ago(1), by=senco)

    pupil.refresh_from_db()
    assert (pupil.left_on, pupil.leaving_reason, pupil.destination) == (None, "", "")
    assert Enrolment.objects.get(pupil=pupil, ends_on=None).starts_on == days_ago(1)
    entry = RegisterEntry.objects.get(pupil=pupil, ends_on=None)
    assert (entry.code, entry.starts_on) == (Code.NONE, days_ago(1))
    assert last_event().code == "pupil.readmitted"
    with refused(RollReason.LEFT_BEFORE_ENROLMENT):
        leave(pupil, senco, days_ago(3))


def test_readmit_refuses_days_that_cannot_be(pupil, senco):
    with refused(RollReason.ON_ROLL):
        services.readmit(pupil=pupil, joined_on=TODAY(), by=senco)
    leave(pupil, senco, days_ago(5))
    with refused(RollReason.BACK_BEFORE_LEAVING):
        services.readmit(pupil=pupil, joined_on=days_ago(5), by=senco)
    with refused(RollReason.BACK_IN_FUTURE):
        services.readmit(pupil=pupil, joined_on=TODAY() + timedelta(days=1), by=senco)


def test_readmit_refuses_a_day_that_the_last_status_still_covers(pupil, senco):
    need = NeedType.objects.filter(only_with_sen_support=False).first()
    register.change_status(
        pupil=pupil, code=Code.SUPPORT, starts_on=days_ago(2), reason="", decided_by="", needs=[need], by=senco
    )
    leave(pupil, senco, days_ago(4))

    with refused(RollReason.BACK_BEFORE_STATUS_ENDED):
        services.readmit(pupil=pupil, joined_on=days_ago(2), by=senco)


# --- Contacts ----------------------------------------------------------------------------------------------------
def contact_of(pupil, **values):
    return Contact(**{"pupil": pupil, "name": "Folake Adeyemi", "relation": "mother"} | values)


def test_save_contact_leaves_an_event_for_confidential_readers_only(pupil, senco):
    contact = contacts.save_contact(contact=contact_of(pupil), by=senco)

    assert (last_event().code, last_event().audience) == ("contact.saved", Audience.CONFIDENTIAL)
    assert contact.history.get().history_user == senco


def test_a_hidden_address_is_sealed_everywhere(pupil, senco):
    contact = contact_of(pupil, address="7 Heron Row", postcode="AB12 3DE", address_hidden=True)

    contacts.save_contact(contact=contact, by=senco)

    contact.refresh_from_db()
    assert (contact.address, contact.postcode) == ("", "")
    assert "Heron" not in contact.sealed_address
    row = contact.history.get()
    assert (row.address, row.postcode) == ("", "")
    assert not Event.objects.filter(text__contains="Heron").exists()
    assert contact.reveal_address() == "7 Heron Row\nAB12 3DE"


def test_a_hidden_address_stays_until_a_new_one_is_typed(pupil, senco):
    contact = contacts.save_contact(contact=contact_of(pupil, address="7 Heron Row", address_hidden=True), by=senco)

    contact.note = "Text first"
    contacts.save_contact(contact=contact, version=1, by=senco)
    assert contact.reveal_address() == "7 Heron Row"

    contact.address = "2 Mill End"
    contacts.save_contact(contact=contact, version=2, by=senco)
    assert contact.reveal_address() == "2 Mill End"


def test_a_hidden_address_never_comes_back_by_itself(pupil, senco):
    contact = contacts.save_contact(contact=contact_of(pupil, address="7 Heron Row", address_hidden=True), by=senco)
    contact.address_hidden = False

    with refused(ContactReason.SHOWN_ADDRESS_MISSING):
        contacts.save_contact(contact=contact, version=1, by=senco)
    contact.refresh_from_db()
    assert contact.reveal_address() == "7 Heron Row"

    contact.address_hidden, contact.address = False, "2 Mill End"
    contacts.save_contact(contact=contact, version=1, by=senco)
    contact.refresh_from_db()
    assert (contact.address, contact.sealed_address) == ("2 Mill End", "")


def test_save_contact_of_an_older_version_is_refused(pupil, senco):
    contact = contacts.save_contact(contact=contact_of(pupil), by=senco)
    contacts.save_contact(contact=Contact.objects.get(pk=contact.pk), version=1, by=senco)

    with pytest.raises(ChangedMeanwhile):
        contacts.save_contact(contact=contact, version=1, by=senco)


def test_end_contact_once(pupil, senco):
    contact = contacts.save_contact(contact=contact_of(pupil), by=senco)

    contacts.end_contact(contact=contact, by=senco)

    contact.refresh_from_db()
    assert (contact.ended_on, contact.may_be_written_to) == (TODAY(), False)
    assert last_event().code == "contact.ended"
    with refused(ContactReason.ENDED_ALREADY):
        contacts.end_contact(contact=contact, by=senco)


def test_reveal_address_keeps_the_read_and_each_reason(pupil, senco):
    contact = contacts.save_contact(contact=contact_of(pupil, address="7 Heron Row", address_hidden=True), by=senco)

    for reason in ("Police asked, number 12", "Letter from the court"):
        assert contacts.reveal_address(contact=contact, reason=reason, by=senco) == "7 Heron Row"

    read = Read.objects.get(pupil_id=pupil.pk)
    assert (read.what, read.reason, read.user_id) == ("hidden address", "Police asked, number 12", senco.pk)
    events = Event.objects.filter(code="contact.address_revealed")
    assert [event.audience for event in events] == [Audience.CONFIDENTIAL] * 2
    assert any("Letter from the court" in event.text for event in events)
    assert not Event.objects.filter(text__contains="Heron").exists()


# --- Flags -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("kind", "audience"), [("fsm", Audience.RECORD), ("cp", Audience.CONFIDENTIAL)])
def test_add_flag_speaks_to_those_who_may_know(pupil, senco, kind, audience):
    flag = services.add_flag(pupil=pupil, kind=kind, starts_on=days_ago(2), by=senco)

    assert flag.history.get().history_user == senco
    assert last_event().audience == audience
    with refused(FlagReason.OPEN_ALREADY):
        services.add_flag(pupil=pupil, kind=kind, starts_on=TODAY(), by=senco)


def test_add_flag_at_once_adds_one(pupil, senco, tmp_path):
    def add():
        return services.add_flag(pupil=pupil, kind="eal", starts_on=TODAY(), by=senco).kind

    assert sorted(race(add, count=4, folder=tmp_path)) == ["Refused", "Refused", "Refused", "eal"]


def test_end_flag_once_and_not_before_it_began(pupil, senco):
    flag = services.add_flag(pupil=pupil, kind="fsm", starts_on=days_ago(2), by=senco)

    with refused(FlagReason.ENDS_BEFORE_START):
        services.end_flag(flag=flag, ends_on=days_ago(3), by=senco)
    services.end_flag(flag=flag, ends_on=TODAY(), by=senco)
    with refused(FlagReason.ENDED_ALREADY, ended_on=TODAY()):
        services.end_flag(flag=flag, ends_on=TODAY(), by=senco)

    assert PupilFlag.objects.get(pk=flag.pk).ends_on == TODAY()


def test_add_flag_refuses_a_leaver(pupil, senco):
    leave(pupil, senco)

    with refused(RegisterReason.HAS_LEFT, pupil=pupil.name):
        services.add_flag(pupil=pupil, kind="fsm", starts_on=TODAY(), by=senco)


# --- Adults and groups -------------------------------------------------------------------------------------------
def test_support_opens_the_record_and_closes_it_on_the_same_day(other_pupil, teaching_assistant, senco, acting):
    def sees():
        return Pupil.objects.visible_to(acting(teaching_assistant)).filter(pk=other_pupil.pk).exists()

    assert not sees()
    support = services.add_support(pupil=other_pupil, user=teaching_assistant, by=senco)
    assert sees()

    services.end_support(support=support, by=senco)

    assert not sees()
    assert last_event().text == f"{teaching_assistant.name} no longer supports {other_pupil.name}"
    with refused(SupportReason.ENDED_ALREADY):
        services.end_support(support=support, by=senco)


def test_add_support_refuses_a_stranger_a_second_time_and_a_leaver(pupil, outsider, teaching_assistant, senco):
    with refused(PeopleReason.NOT_WORKING_HERE):
        services.add_support(pupil=pupil, user=outsider, by=senco)
    services.add_support(pupil=pupil, user=teaching_assistant, by=senco)
    with refused(SupportReason.OPEN_ALREADY):
        services.add_support(pupil=pupil, user=teaching_assistant, by=senco)
    leave(pupil, senco)
    with refused(RegisterReason.HAS_LEFT):
        services.add_support(pupil=pupil, user=teaching_assistant, by=senco)


def test_add_support_at_once_adds_one(pupil, teaching_assistant, senco, tmp_path):
    def add():
        return services.add_support(pupil=pupil, user=teaching_assistant, by=senco).user.name

    assert race(add, count=4, folder=tmp_path).count("Refused") == 3


def test_set_key_worker_counts_the_changed_and_can_take_away(pupil, other_pupil, teacher, senco):
    assert services.set_key_worker(pupils=[pupil, other_pupil], user=teacher, by=senco) == 2
    assert services.set_key_worker(pupils=[pupil], user=teacher, by=senco) == 0
    assert services.set_key_worker(pupils=[pupil], user=None, by=senco) == 1

    pupil.refresh_from_db()
    assert (pupil.key_worker, pupil.version) == (None, 3)
    assert last_event().text == "No key worker"


def test_a_key_worker_sees_the_child_until_somebody_else_is(other_pupil, teacher, senco):
    """Whoever parents ring about a child has to open that child, also without teaching or supporting them."""

    def seen():
        return set(Pupil.objects.visible_to(acting_for(teacher)))

    assert seen() == set()
    services.set_key_worker(pupils=[other_pupil], user=teacher, by=senco)
    assert seen() == {other_pupil}
    services.set_key_worker(pupils=[other_pupil], user=senco, by=senco)
    assert seen() == set()


def test_set_key_worker_refuses_a_stranger(pupil, outsider, senco):
    with refused(PeopleReason.NOT_WORKING_HERE):
        services.set_key_worker(pupils=[pupil], user=outsider, by=senco)


def test_place_in_group_and_out_again(pupil, school, other_school, teacher, senco, acting):
    teaching = TeachingGroupFactory(school=school, name="Maths 2", kind=TeachingGroup.Kind.TEACHING)
    form = TeachingGroupFactory(school=school, name="6B")

    services.place_in_group(pupil=pupil, group=form, by=senco)
    place = services.place_in_group(pupil=pupil, group=teaching, by=senco)
    with refused(GroupReason.IN_GROUP):
        services.place_in_group(pupil=pupil, group=teaching, by=senco)
    with refused(RecordReason.OTHER_SCHOOL):
        services.place_in_group(pupil=pupil, group=TeachingGroupFactory(school=other_school), by=senco)
    services.end_group_place(place=place, by=senco)

    pupil.refresh_from_db()
    assert pupil.form_group == form
    assert GroupPlace.objects.current().filter(pupil=pupil).count() == 0
    assert last_event().text == "No longer in Maths 2"
    with refused(GroupReason.ENDED_ALREADY):
        services.end_group_place(place=place, by=senco)


def test_hand_over_moves_key_pupils_ends_support_and_withdraws_views(school, pupil, teacher, senco, head):
    services.set_key_worker(pupils=[pupil], user=teacher, by=senco)
    services.add_support(pupil=pupil, user=teacher, by=senco)
    open_concern(pupil, senco, asked=teacher)

    assert services.hand_over(user=teacher, to=head, school=school, by=senco) == 2

    pupil.refresh_from_db()
    assert pupil.key_worker == head
    assert not PupilSupport.objects.current().filter(user=teacher).exists()
    assert ConcernView.objects.get().withdrawn_on == TODAY()
    assert DueItem.objects.get(rule="concern.view").closed_on == TODAY()
    assert list(all_differences()) == []


def test_hand_over_leaves_other_schools_alone(school, other_school, foreign_pupil, teacher, senco, outsider):
    MembershipFactory(school=other_school, user=teacher, role=Role.TEACHER)
    services.set_key_worker(pupils=[foreign_pupil], user=teacher, by=outsider)

    assert services.hand_over(user=teacher, to=senco, school=school, by=senco) == 0

    foreign_pupil.refresh_from_db()
    assert foreign_pupil.key_worker == teacher
