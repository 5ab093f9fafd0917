from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.urls import reverse
from django.utils import timezone

from pupils.concerns import services as concerns
from pupils.concerns.refusals import ViewReason
from pupils.models import Concern, ConcernView, PupilSupport, WatchListEntry
from pupils.models.concerns import RATED
from pupils.register import services as register
from sendco.audit.models import Event, Read
from sendco.drafts.models import Draft
from sendco.drafts.services import save_draft
from sendco.due.models import DueItem
from staff.models import OutgoingMail, Unit
from staff.roles import Role
from tests.again import later
from tests.days import from_today
from tests.factories import MembershipFactory, PupilFactory
from tests.refusals import shows

KEY = "5a9d2e9c-5f0e-4b1c-8a36-3a4a5b7e1c01"
WORDS = {
    "what": "Loses her place when reading aloud",
    "where": "English",
    "how_often": "Daily",
    "tried": "A ruler under the line",
    "tried_for": "Two weeks",
    "parent_told": "told",
    "parent_words": "",
    "form_key": KEY,
}
LIST = "pupils:concern-list"
NEW = "pupils:concern-new"


def new_url(pupil):
    return f"{reverse(NEW)}?pupil={pupil.pk}"


@pytest.fixture
def concern(pupil, teacher):
    return concerns.raise_concern(
        pupil=pupil, what="Loses her place", where="English", parent_told="told", form_key=KEY, by=teacher
    )


@pytest.fixture
def view(concern, teacher, teaching_assistant, senco):
    concerns.ask_for_views(concern=concern, people=[teacher, teaching_assistant], by=senco)
    concern.refresh_from_db()
    return ConcernView.objects.get(concern=concern, asked_of=teaching_assistant)


def page_of(response):
    return response.content.decode()


def triage_data(concern, outcome, **more):
    return {"outcome": outcome, "version": concern.version} | more


def in_days(count):
    return (timezone.localdate() + timedelta(days=count)).isoformat()


# --- Find the child ----------------------------------------------------------------------------------------------
def test_a_teacher_finds_any_child_of_the_school_by_name_and_class(sign_in, teaching_assistant, pupil, foreign_pupil):
    client = sign_in(teaching_assistant)

    page = page_of(client.get(reverse(NEW), {"q": "kezia"}))

    assert "Kezia Adeyemi" in page
    assert "5A" in page
    assert f"?pupil={pupil.pk}" in page
    assert "Ruby" not in page_of(client.get(reverse(NEW), {"q": "ruby"})).replace("“ruby”", "")


def test_typing_gets_the_list_alone(sign_in, teacher, pupil):
    response = sign_in(teacher).get(reverse(NEW), {"q": "adey"}, headers={"HX-Request": "true"})

    assert "Kezia Adeyemi" in page_of(response)
    assert "<html" not in page_of(response)


def test_a_leaver_is_not_offered(sign_in, senco, pupil):
    pupil.left_on = timezone.localdate() - timedelta(days=1)
    pupil.save()
    client = sign_in(senco)

    assert "Nobody on roll" in page_of(client.get(reverse(NEW), {"q": "kezia"}))
    assert client.get(new_url(pupil)).status_code == 404


@pytest.mark.parametrize("chosen", ["999999", "abc", "²", "-1"])
def test_a_child_that_is_not_there_is_404(sign_in, teacher, chosen):
    assert sign_in(teacher).get(reverse(NEW), {"pupil": chosen}).status_code == 404


def test_a_child_of_another_school_is_404(sign_in, teacher, foreign_pupil):
    client = sign_in(teacher)

    assert client.get(new_url(foreign_pupil)).status_code == 404
    assert client.post(new_url(foreign_pupil), WORDS).status_code == 404
    assert not Concern.objects.exists()


# --- Send --------------------------------------------------------------------------------------------------------
def test_a_concern_about_a_child_one_does_not_teach(sign_in, teacher, senco, other_pupil):
    client = sign_in(teacher)
    assert "Leo Farrant" in page_of(client.get(new_url(other_pupil)))

    response = client.post(new_url(other_pupil), WORDS, follow=True)

    concern = Concern.objects.get()
    assert (concern.pupil, concern.raised_by, concern.tried_for) == (other_pupil, teacher, "Two weeks")
    assert response.redirect_chain == [(reverse("pupils:concern-detail", args=[concern.pk]), 302)]
    page = page_of(response)
    assert "Nadia Rahman will look at it by" in page
    assert "School policy" in page
    assert "pupil-detail" not in page
    assert f'href="/pupils/{other_pupil.pk}/"' not in page


def test_posting_twice_leaves_one(sign_in, teacher, pupil):
    client = sign_in(teacher)

    first, second = client.post(new_url(pupil), WORDS), client.post(new_url(pupil), WORDS)

    assert first.url == second.url
    assert Concern.objects.count() == OutgoingMail.objects.count() == 1


def test_each_new_form_has_a_key_of_its_own(sign_in, teacher, pupil):
    client = sign_in(teacher)

    keys = {client.get(new_url(pupil)).context["form"]["form_key"].value() for _ in range(2)}

    assert len(keys) == 2


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"what": ""}, "Write what you see"),
        ({"parent_told": ""}, "whether the parent knows"),
        ({"parent_told": "not_yet"}, "why the parent does not know yet"),
        ({"form_key": "x"}, "valid UUID"),
    ],
)
def test_what_is_missing_is_asked_for_and_nothing_typed_is_lost(sign_in, teacher, pupil, changed, words):
    response = sign_in(teacher).post(new_url(pupil), WORDS | changed)

    assert response.status_code == 422
    assert words in page_of(response)
    assert "A ruler under the line" in page_of(response)
    assert not Concern.objects.exists()


# --- Words for the safeguarding lead -----------------------------------------------------------------------------
DISCLOSED = WORDS | {"tried": "She told me her dad hits her"}


def test_a_disclosure_is_sent_to_the_safeguarding_lead_and_not_kept(sign_in, teacher, dsl, school, pupil):
    save_draft(
        by=teacher, school_id=school.pk, form_key=f"concern-new-{pupil.pk}", data={"tried": ["her dad hits her"]}
    )

    response = sign_in(teacher).post(new_url(pupil), DISCLOSED)

    assert response.status_code == 422
    page = page_of(response)
    assert "belongs with the safeguarding lead, Owen Prosser" in page
    assert "dad hits her" in page
    assert "data-draft=" not in page
    assert not Concern.objects.exists()
    assert not Draft.objects.exists()


def test_after_a_check_the_words_may_stay(sign_in, teacher, dsl, pupil):
    response = sign_in(teacher).post(new_url(pupil), DISCLOSED | {"words_checked": "on"})

    assert response.status_code == 302
    assert Concern.objects.count() == 1


def test_taking_the_words_out_is_enough(sign_in, teacher, dsl, pupil):
    assert sign_in(teacher).post(new_url(pupil), WORDS).status_code == 302


# --- Drafts ------------------------------------------------------------------------------------------------------
def test_a_draft_comes_back_for_the_same_child_and_goes_once_sent(sign_in, teacher, school, pupil, other_pupil):
    data = {"what": ["Half a sentence"], "form_key": [KEY]}
    save_draft(by=teacher, school_id=school.pk, form_key=f"concern-new-{pupil.pk}", data=data)
    client = sign_in(teacher)

    response = client.get(new_url(pupil))
    assert "Half a sentence" in page_of(response)
    assert KEY not in page_of(response)
    assert "Half a sentence" not in page_of(client.get(new_url(other_pupil)))

    client.post(new_url(pupil), WORDS)
    assert not Draft.objects.exists()


# --- Lists -------------------------------------------------------------------------------------------------------
def test_the_queue_says_how_long_and_by_when(sign_in, senco, concern):
    Concern.objects.filter(pk=concern.pk).update(raised_on=timezone.localdate() - timedelta(days=3))

    page = page_of(sign_in(senco).get(reverse(LIST)))

    assert "Kezia Adeyemi" in page
    assert "3\xa0days" in page
    assert "No concern has had a first action" in page


def test_the_queue_tells_the_median(sign_in, senco, concern):
    entered = timezone.now() - timedelta(days=4)
    Concern.objects.filter(pk=concern.pk).update(entered_at=entered, first_action_at=entered + timedelta(days=2))

    assert "had a first action within 2 days" in page_of(sign_in(senco).get(reverse(LIST)))


@pytest.mark.parametrize("show", ["waiting", "open", "closed", "mine", "other"])
def test_every_tab_opens(sign_in, senco, head, pupil, concern, show):
    for place, outcome in enumerate(["none", "observe", "support"]):
        more = concerns.raise_concern(
            pupil=pupil, what="x", parent_told="told", form_key=f"{KEY[:-1]}{place + 2}", by=senco
        )
        day = timezone.localdate() + timedelta(days=7) if outcome == "observe" else None
        concerns.triage(concern=more, outcome=outcome, note="n", version=1, by=head, look_again_on=day)

    assert sign_in(senco).get(reverse(LIST), {"show": show}).status_code == 200


def test_a_teacher_sees_their_own_concerns_and_what_is_asked_of_them(
    sign_in, teacher, teaching_assistant, concern, view
):
    assert "Loses her place" not in page_of(sign_in(teaching_assistant).get(reverse(LIST)))

    page = page_of(sign_in(teaching_assistant).get(reverse(LIST)))
    assert "Asked of you" in page
    assert reverse("pupils:concern-view-answer", args=[view.pk]) in page
    assert reverse("pupils:concern-detail", args=[concern.pk]) not in page

    assert reverse("pupils:concern-detail", args=[concern.pk]) in page_of(sign_in(teacher).get(reverse(LIST)))


@pytest.mark.parametrize("who", ["senco", "teacher"])
def test_a_longer_list_asks_no_more_queries(request, sign_in, count_queries, school, senco, teacher, who):
    def more(count, start):
        for place in range(start, start + count):
            one = PupilFactory(school=school)
            key = f"5a9d2e9c-5f0e-4b1c-8a36-{place:012d}"
            made = concerns.raise_concern(pupil=one, what="x", parent_told="told", form_key=key, by=teacher)
            concerns.ask_for_views(concern=made, people=[teacher, senco], by=senco)
            Concern.objects.filter(pk=made.pk).update(first_action_at=None)

    sign_in(request.getfixturevalue(who))
    more(2, 0)
    count_queries(reverse(LIST))  # the first page of a session writes when it was seen
    few = count_queries(reverse(LIST))
    more(12, 100)

    assert count_queries(reverse(LIST)) == few


# --- One concern -------------------------------------------------------------------------------------------------
def test_the_raiser_reads_the_outcome_and_not_the_views(sign_in, teacher, teaching_assistant, senco, concern, view):
    concerns.answer_view(
        view=view, by=teaching_assistant, strengths="Draws", notes="Very slow", **dict.fromkeys(RATED, 2)
    )
    concern.refresh_from_db()
    concerns.triage(concern=concern, outcome="none", note="New glasses came", version=concern.version, by=senco)

    page = page_of(sign_in(teacher).get(reverse("pupils:concern-detail", args=[concern.pk])))

    assert "New glasses came" in page
    assert "No action needed" in page
    for hidden in ("Very slow", "Draws", "Dee Hartley", "What happens next"):
        assert hidden not in page


def test_the_senco_reads_the_views_side_by_side(sign_in, teaching_assistant, senco, concern, view):
    concerns.answer_view(
        view=view, by=teaching_assistant, notes="Very slow", **dict.fromkeys(RATED, 2) | {"physical": None}
    )

    page = page_of(sign_in(senco).get(reverse("pupils:concern-detail", args=[concern.pk])))

    assert "Very slow" in page
    assert "Clear difficulty" in page
    assert "Not seen" in page


def test_opening_a_concern_is_a_read_on_record(sign_in, senco, concern):
    sign_in(senco).get(reverse("pupils:concern-detail", args=[concern.pk]))

    assert Read.objects.filter(pupil_id=concern.pupil_id, user_id=senco.pk, what="concern").count() == 1


def test_a_second_open_concern_is_pointed_at(sign_in, senco, teacher, pupil, concern):
    other = concerns.raise_concern(pupil=pupil, what="x", parent_told="told", form_key=f"{KEY[:-1]}9", by=teacher)

    page = page_of(sign_in(senco).get(reverse("pupils:concern-detail", args=[concern.pk])))

    assert reverse("pupils:concern-detail", args=[other.pk]) in page


# --- Triage ------------------------------------------------------------------------------------------------------
def triage(client, concern, outcome, **more):
    return client.post(reverse("pupils:concern-triage", args=[concern.pk]), triage_data(concern, outcome, **more))


def test_three_clicks_triage_a_concern(sign_in, senco, concern):
    """The link in the list, the answer, the button: what the page fills in is enough for monitoring."""
    client = sign_in(senco)
    detail = reverse("pupils:concern-detail", args=[concern.pk])
    assert f'href="{detail}"' in page_of(client.get(reverse(LIST)))
    form = client.get(detail).context["form"]
    filled = {name: form[name].value() for name in form.fields if form[name].value() is not None}

    response = client.post(reverse("pupils:concern-triage", args=[concern.pk]), filled | {"outcome": "monitor"})

    assert response.url == reverse(LIST)
    assert WatchListEntry.objects.get().reason == "Loses her place"


@pytest.mark.parametrize(
    ("outcome", "more"),
    [
        ("strategies", {"strategies_note": "Ruler", "strategies_date": timedelta(days=30)}),
        ("observe", {"observe_note": "In English", "observe_date": timedelta(days=9)}),
        ("monitor", {"monitor_note": "Pace", "monitor_date": timedelta(days=60)}),
        ("none", {"none_note": "Settled"}),
    ],
)
def test_each_outcome_needs_only_its_own_fields(sign_in, senco, concern, outcome, more):
    response = triage(
        sign_in(senco), concern, outcome, none_date="rubbish", **{"observe_date": "rubbish"} | from_today(more)
    )

    assert response.status_code == 302
    concern.refresh_from_db()
    assert concern.outcome == outcome


def test_sen_support_leads_to_the_status_with_the_reason(sign_in, senco, concern):
    client = sign_in(senco)

    response = triage(client, concern, "support", support_note="Reading age two years behind")

    parts = urlsplit(response.url)
    assert parts.path == reverse("pupils:status-change", args=[concern.pupil_id])
    assert parts.query == f"concern={concern.pk}"
    assert "Reading age two years behind" in page_of(client.get(response.url))


@pytest.mark.parametrize(
    ("outcome", "more", "words"),
    [
        ("", {}, "Choose one."),
        ("strategies", {"strategies_date": timedelta(days=30)}, "Write which strategies"),
        ("strategies", {"strategies_note": "Ruler", "strategies_date": timedelta(days=0)}, "after today"),
        ("observe", {"observe_note": "x", "observe_date": ""}, "Choose a date"),
        ("none", {}, "Write why no action"),
        ("none", {"none_note": "It was a bruise"}, "safeguarding lead"),
    ],
)
def test_a_triage_that_lacks_something_is_422(sign_in, senco, concern, outcome, more, words):
    response = triage(sign_in(senco), concern, outcome, **from_today(more))

    assert response.status_code == 422
    assert words in page_of(response)
    concern.refresh_from_db()
    assert concern.outcome == ""


def test_a_child_on_the_register_is_not_offered_what_cannot_be(sign_in, senco, concern, pupil):
    entry = register.open_entry(pupil)
    entry.code = "K"
    entry.save()
    client = sign_in(senco)

    page = page_of(client.get(reverse("pupils:concern-detail", args=[concern.pk])))

    assert "id_outcome_strategies" in page
    assert "id_outcome_monitor" not in page
    assert "id_outcome_support" not in page
    assert triage(client, concern, "monitor", monitor_note="x", monitor_date=in_days(9)).status_code == 422


def test_who_comes_second_sees_both_and_can_decide_again(sign_in, senco, head, concern):
    concerns.triage(concern=concern, outcome="none", note="Glasses", version=1, by=head)
    Concern.objects.filter(pk=concern.pk).update(closed_on=None)
    client = sign_in(senco)

    response = triage(client, concern, "observe", observe_note="In English", observe_date=in_days(9))

    assert response.status_code == 422
    page = page_of(response)
    assert "Glasses" in page
    assert "In English" in page
    assert 'name="version" value="2"' in page


# --- Ask and answer ----------------------------------------------------------------------------------------------
def test_one_tap_asks_everybody_who_teaches_the_child(sign_in, senco, teacher, teaching_assistant, pupil, concern):
    PupilSupport.objects.create(pupil=pupil, user=teaching_assistant)
    client = sign_in(senco)
    page = " ".join(page_of(client.get(reverse("pupils:concern-detail", args=[concern.pk]))).split())
    assert "Ask all 2 who teach Kezia" in page

    response = client.post(
        reverse("pupils:concern-ask", args=[concern.pk]), {"people": [teacher.pk, teaching_assistant.pk]}
    )

    assert response.status_code == 302
    assert concern.views.count() == 2


def test_the_form_to_choose_has_the_teachers_ticked(sign_in, senco, teacher, head, concern):
    form = sign_in(senco).get(reverse("pupils:concern-ask", args=[concern.pk])).context["form"]

    assert form["people"].value() == [teacher.pk]
    assert set(form.fields["people"].queryset) == {teacher, head}


def test_nobody_of_another_school_is_asked(sign_in, senco, outsider, concern):
    response = sign_in(senco).post(reverse("pupils:concern-ask", args=[concern.pk]), {"people": [outsider.pk]})

    assert response.status_code == 422
    assert not concern.views.exists()


def test_asking_nobody_is_422(sign_in, senco, concern):
    assert sign_in(senco).post(reverse("pupils:concern-ask", args=[concern.pk]), {}).status_code == 422


ANSWERS = dict.fromkeys(RATED, "1") | {"memory": "x", "strengths": "Draws", "notes": "Slow to start"}


def test_a_colleague_gives_a_view_without_reading_the_concern(sign_in, teaching_assistant, view):
    client = sign_in(teaching_assistant)
    url = reverse("pupils:concern-view-answer", args=[view.pk])
    page = page_of(client.get(url))
    assert "Kezia Adeyemi" in page
    assert "Loses her place" not in page

    assert client.post(url, ANSWERS).status_code == 302

    view.refresh_from_db()
    assert (view.attention, view.memory, view.notes) == (1, None, "Slow to start")
    page = page_of(client.get(url))
    assert "You answered on" in page
    assert "Draws" in page


def test_an_answer_lacking_a_rating_is_422_and_keeps_the_rest(sign_in, teaching_assistant, view):
    response = sign_in(teaching_assistant).post(
        reverse("pupils:concern-view-answer", args=[view.pk]), ANSWERS | {"social": ""}
    )

    assert response.status_code == 422
    assert "Slow to start" in page_of(response)


def test_a_second_answer_is_refused_in_words(sign_in, teaching_assistant, view):
    client, url = sign_in(teaching_assistant), reverse("pupils:concern-view-answer", args=[view.pk])
    client.post(url, ANSWERS)

    response = client.post(url, ANSWERS | {"notes": "Other"})

    assert response.status_code == 422
    assert shows(page_of(response), ViewReason.SENT_ALREADY)


def test_a_disclosure_in_a_view_is_held_back(sign_in, teaching_assistant, view):
    response = sign_in(teaching_assistant).post(
        reverse("pupils:concern-view-answer", args=[view.pk]), ANSWERS | {"notes": "bruised arm"}
    )

    assert response.status_code == 422
    view.refresh_from_db()
    assert view.answered_at is None


# --- Stop asking -------------------------------------------------------------------------------------------------
def withdraw(client, view, reason="Joe has told me in person"):
    return client.post(reverse("pupils:concern-view-withdraw", args=[view.pk]), {"reason": reason})


def test_a_view_that_was_asked_for_is_taken_back_with_a_reason(sign_in, senco, teaching_assistant, concern, view):
    address = reverse("pupils:concern-view-withdraw", args=[view.pk])
    client = sign_in(senco)
    detail = reverse("pupils:concern-detail", args=[concern.pk])
    assert f'href="{address}"' in page_of(client.get(detail))

    page = page_of(client.get(address))
    response = withdraw(client, view)

    view.refresh_from_db()
    assert "Stop asking Dee Hartley" in page
    assert response.url == detail
    assert view.withdrawn_on == timezone.localdate()
    past = view.history.first()
    assert (past.history_user, past.history_change_reason) == (senco, "Joe has told me in person")
    event = Event.objects.get(code="concern.view_withdrawn")
    assert event.pupil_id == concern.pupil_id
    assert "Joe has told me in person" in event.text
    assert DueItem.objects.get(source_type="pupils.concernview", source_id=view.pk).closed_on == view.withdrawn_on
    assert f'href="{address}"' not in page_of(client.get(detail))
    assert sign_in(teaching_assistant).get(reverse("pupils:concern-view-answer", args=[view.pk])).status_code == 404


def test_the_colleague_gets_a_mail_without_name_or_reason(sign_in, senco, view, teaching_assistant):
    withdraw(sign_in(senco), view)

    told = OutgoingMail.objects.filter(to=teaching_assistant.email).last()
    assert told.subject == "A view of a pupil is no longer needed"
    assert "KA" in told.text
    for secret in ("Kezia", "Adeyemi", "in person"):
        assert secret not in told.subject + told.text


def test_the_same_colleague_can_be_asked_again(sign_in, senco, view, teaching_assistant, concern):
    withdraw(sign_in(senco), view)
    concern.refresh_from_db()

    concerns.ask_for_views(concern=concern, people=[teaching_assistant], by=senco)

    view.refresh_from_db()
    assert view.withdrawn_on is None


@pytest.mark.parametrize(
    ("reason", "words"), [("", "required"), ("x" * 101, "at most 100"), ("She disclosed it", "safeguarding lead")]
)
def test_stopping_without_a_fit_reason_is_422(sign_in, senco, view, reason, words):
    response = withdraw(sign_in(senco), view, reason)

    view.refresh_from_db()
    assert response.status_code == 422
    assert words in page_of(response)
    assert view.withdrawn_on is None


def test_a_view_that_was_given_stays(sign_in, senco, teaching_assistant, view):
    sign_in(teaching_assistant).post(reverse("pupils:concern-view-answer", args=[view.pk]), ANSWERS)

    response = withdraw(sign_in(senco), view)

    assert response.status_code == 422
    assert shows(page_of(response), ViewReason.GIVEN_ALREADY)


def test_stopping_twice_and_in_a_closed_concern_is_said(sign_in, senco, view, concern):
    client = sign_in(senco)
    withdraw(client, view)
    with later():
        assert "already" in page_of(withdraw(client, view))

    ConcernView.objects.update(withdrawn_on=None)
    Concern.objects.update(closed_on=timezone.localdate())
    with later(2):
        assert shows(page_of(withdraw(client, view)), ViewReason.CONCERN_CLOSED)


def test_who_may_stop_asking(sign_in, school, senco, head, teacher, outsider, pupil, view):
    unit = Unit.objects.create(school=school, name="Harbour", kind="resourced")
    pupil.enrolments.update(unit=unit)
    lead = MembershipFactory(school=school, role=Role.PROVISION_LEAD, unit=unit).user
    address = reverse("pupils:concern-view-withdraw", args=[view.pk])

    expected = [(teacher, 403), (outsider, 404), (lead, 403), (head, 200), (senco, 200)]
    assert [(user, sign_in(user).get(address).status_code) for user, _ in expected] == expected
    ConcernView.objects.update(asked_by=lead)
    assert sign_in(lead).get(address).status_code == 200


# --- Who may -----------------------------------------------------------------------------------------------------
def test_a_view_is_for_the_person_asked_alone(sign_in, teacher, senco, outsider, view):
    url = reverse("pupils:concern-view-answer", args=[view.pk])

    assert [sign_in(user).get(url).status_code for user in (teacher, senco, outsider)] == [404, 404, 404]


@pytest.mark.parametrize(
    ("who", "status"),
    [("senco", 200), ("head", 200), ("teacher", 200), ("teaching_assistant", 404), ("office", 404),
     ("governor", 403), ("administrator", 403), ("dsl", 403), ("outsider", 404)],
)  # fmt: skip
def test_who_opens_a_concern(request, sign_in, concern, who, status):
    user = request.getfixturevalue(who)

    assert sign_in(user).get(reverse("pupils:concern-detail", args=[concern.pk])).status_code == status


@pytest.mark.parametrize("route", ["pupils:concern-triage", "pupils:concern-ask"])
@pytest.mark.parametrize(("who", "status"), [("teacher", 403), ("office", 403), ("outsider", 404)])
def test_who_may_not_decide(request, sign_in, concern, route, who, status):
    user = request.getfixturevalue(who)

    response = sign_in(user).post(reverse(route, args=[concern.pk]), triage_data(concern, "none", none_note="x"))

    assert response.status_code == status
    concern.refresh_from_db()
    assert concern.outcome == ""


@pytest.mark.parametrize(
    ("who", "status"), [("teaching_assistant", 200), ("head", 200), ("office", 200), ("governor", 403)]
)
@pytest.mark.parametrize("route", [NEW, LIST])
def test_who_may_raise(request, sign_in, route, who, status):
    assert sign_in(request.getfixturevalue(who)).get(reverse(route)).status_code == status


def test_wrong_methods_are_405(sign_in, senco, concern):
    client = sign_in(senco)

    assert client.get(reverse("pupils:concern-triage", args=[concern.pk])).status_code == 405
    assert client.post(reverse("pupils:concern-detail", args=[concern.pk])).status_code == 405
    assert client.delete(reverse(LIST)).status_code == 405
