"""What waits for the head's signature, and for whom somebody stands in, on the first screen."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from ehcp.models import Consultation, ReviewReport
from governance.models import Cover
from governance.selectors.cover import standing_in
from pupils.concerns import services as concerns
from sendco.pages.home import views as pages
from sendco.pages.home.signatures import MOST, counted, to_sign
from staff.models import Membership, Unit
from staff.owed import bring_up_to_date
from staff.roles import Role
from tests.factories import MembershipFactory, PupilFactory, UserFactory
from tests.factories.ehcp import AnnualReviewFactory, ConsultationFactory, LocalAuthorityFactory

from .test_feed import make_due

TODAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel("2026-11-23 10:00", tick=False):
        yield


@pytest.fixture
def home(client, sign_in):
    def look(user):
        sign_in(user)
        response = client.get(reverse("home"))
        assert response.status_code == 200
        return response

    return look


def report_for(pupil, senco, *, held_on=date(2026, 11, 10), drawn=True, **facts):
    """A review that was held and written up, and its report."""
    facts = {"recommendation": "amend"} | facts
    review = AnnualReviewFactory(pupil=pupil, organiser=senco, meeting_on=held_on, held_on=held_on, **facts)
    report = ReviewReport.objects.create(
        review=review, layout_name="Ours", title="Report", made_by=senco, pdf_id=1 if drawn else None
    )
    bring_up_to_date(review)
    return review, report


def reply_for(school, **facts):
    facts = {"reply": Consultation.Reply.CAN, "ready_at": timezone.now()} | facts
    case = ConsultationFactory(school=school, **facts)
    bring_up_to_date(case)
    return case


# --- Waiting for the head's signature ---
def test_head_signs_the_oldest_duty_first(home, head, senco, pupil, school):
    _, report = report_for(pupil, senco)
    case = reply_for(school, received_on=date(2026, 11, 2))

    words = " ".join(home(head).content.decode().split()).replace(" </", "</")

    signing = words[words.index("Waiting for your signature") : words.index('id="home-due"')]
    reply, signed = (
        reverse("ehcp:consultation-approve", args=[case.pk]),
        reverse("ehcp:review-approve", args=[report.pk]),
    )
    assert signing.index(reply) < signing.index(signed)
    assert "Robin Ashdown" in signing
    assert "not on roll" in signing
    assert pupil.name in signing
    assert "By Tue 24 Nov 2026. " in signing
    assert "reg 20(7)" in signing
    assert "Guidance" in signing
    assert "6 days late" in signing
    assert words.count("Reply to the consultation <") == words.count("Report of the review meeting <") == 1


def test_where_it_is_signed_opens(client, head, proved, senco, pupil, school):
    report_for(pupil, senco)
    reply_for(school)
    rows = proved(head).get(reverse("home")).context["due"]["to_sign"]

    assert len(rows) == 2
    for row in rows:
        assert client.get(row.item.sign_href).status_code == 200


def test_newest_report_is_the_one_to_sign(home, head, senco, pupil):
    review, _ = report_for(pupil, senco)
    newer = ReviewReport.objects.create(review=review, layout_name="Ours", title="Report", made_by=senco, pdf_id=2)

    assert reverse("ehcp:review-approve", args=[newer.pk]) in home(head).content.decode()


@pytest.mark.parametrize(
    "facts",
    [
        {"drawn": False},
        {"recommendation": ""},
        {"approved_at": "2026-11-20T10:00Z"},
        {"report_sent_on": date(2026, 11, 20)},
        {"closed_on": date(2026, 11, 20), "decision": "maintain", "decision_on": date(2026, 11, 20)},
    ],
)
def test_report_that_is_not_with_the_head(home, head, senco, pupil, facts):
    report_for(pupil, senco, **facts)

    assert "Waiting for your signature" not in home(head).content.decode()


@pytest.mark.parametrize(
    "facts", [{"ready_at": None}, {"approved_at": "2026-11-20T10:00Z"}, {"closed_on": date(2026, 11, 20)}]
)
def test_reply_that_is_not_with_the_head(home, head, school, facts):
    reply_for(school, **facts)

    assert "Waiting for your signature" not in home(head).content.decode()


def test_child_who_left_leaves_nothing_to_sign(acting, head, senco, pupil):
    review, _ = report_for(pupil, senco)
    pupil.left_on = TODAY
    pupil.save()
    review.refresh_from_db()
    bring_up_to_date(review)

    assert to_sign(acting(head)) == []


def test_only_who_may_sign_is_asked_and_only_in_the_own_school(home, acting, senco, head, pupil, foreign_pupil):
    report_for(pupil, senco)
    report_for(foreign_pupil, senco)
    reply_for(foreign_pupil.school)

    assert "Waiting for your signature" not in home(senco).content.decode()
    assert [item.pupil_id for item in to_sign(acting(head))] == [pupil.pk]


def test_long_list_is_cut_and_leads_to_the_whole(home, client, head, senco, school):
    authority = LocalAuthorityFactory(school=school)
    for _ in range(MOST):
        reply_for(school, authority=authority, received_on=date(2026, 11, 1))
    for _ in range(2):
        report_for(PupilFactory(school=school), senco)
    report_for(PupilFactory(school=school), senco, drawn=False)

    response = home(head)

    assert len(response.context["due"]["to_sign"]) == MOST
    assert response.context["signing"]["count"] == MOST + 2
    (reports, all_reports), (replies, all_replies) = response.context["signing"]["all"]
    assert (reports, replies) == ("All 2 reports", f"All {MOST} replies")
    assert client.get(all_reports).context["page"].paginator.count == 2
    assert client.get(all_replies).context["page"].paginator.count == MOST
    assert "Report with the head" in client.get(all_reports).content.decode()
    assert client.get(reverse("ehcp:review-list"), {"stage": "report"}).context["page"].paginator.count == 1


def test_short_list_needs_no_other(acting, head, school):
    reply_for(school)

    assert counted(to_sign(acting(head))) == {"count": 1, "all": []}


def test_review_says_that_its_report_is_with_the_head(client, proved, senco, pupil):
    review, _ = report_for(pupil, senco)

    assert "Report with the head" in proved(senco).get(reverse("ehcp:review-detail", args=[review.pk])).content.decode()


def queries_of(client, user, sign_in):
    sign_in(user)
    client.get(reverse("home"))
    with CaptureQueriesContext(connection) as queries:
        client.get(reverse("home"))
    return len(queries)


def test_signing_and_cover_cost_four_queries(client, sign_in, head, senco, school, pupil, monkeypatch):
    report_for(pupil, senco)
    with monkeypatch.context() as before:
        before.setattr(pages.signatures, "to_sign", lambda acting: [])
        before.setattr(pages.due_items, "standing_in_now", lambda acting, today: [])
        plain = queries_of(client, head, sign_in)
    Cover.objects.create(school=school, absent=senco, deputy=head, starts_on=TODAY, ends_on=TODAY)

    few = queries_of(client, head, sign_in)
    for _ in range(4):
        report_for(PupilFactory(school=school), senco)
        absent = MembershipFactory(school=school, role=Role.TEACHER).user
        Cover.objects.create(school=school, absent=absent, deputy=head, starts_on=TODAY, ends_on=TODAY)

    assert few <= plain + 4  # the two lists to sign, read together; the covers, roles and late ones of who stands in
    assert queries_of(client, head, sign_in) == few


# --- Standing in ---
@pytest.fixture
def cover(school):
    def make(absent, deputy, *, days=10, starts=0, **facts):
        starts_on = TODAY + timedelta(days=starts)
        return Cover.objects.create(
            school=school,
            absent=absent,
            deputy=deputy,
            starts_on=starts_on,
            ends_on=TODAY + timedelta(days=days),
            **facts,
        )

    return make


def test_deputy_sees_for_whom_until_when_and_what_is_late(home, client, head, senco, teacher, pupil, cover):
    cover(senco, head)
    for days, facts in ((-4, {}), (-1, {}), (3, {}), (-2, {"duty": "la"}), (-2, {"exception": "Away"})):
        make_due(pupil, days, owner_id=senco.pk, title=f"Hers {days}", **facts)
    make_due(pupil, -5, owner_id=teacher.pk, title="Another colleague's")

    response = home(head)

    words = " ".join(response.content.decode().split())
    assert "You stand in for <b>Nadia Rahman</b> until Thu 3 Dec: 2 of Nadia’s duties are late" in words
    due = response.context["due"]
    assert [row.item.title for row in due["overdue"]] == ["Hers -4", "Hers -1"]
    assert {row.owner for row in due["overdue"]} == {"Nadia Rahman"}
    assert [row.item.title for row in due["this_week"]] == ["Hers 3"]
    link = f"{reverse('due-list')}?person={senco.pk}"
    assert link in words
    feed = client.get(link)
    assert feed.context["figures"] == {"overdue": 2, "week": 1, "later": 0, "waiting": 1, "exception": 1}


def test_teacher_who_stands_in_for_a_teacher_sees_those_duties(home, client, teacher, teaching_assistant, pupil, cover):
    item = make_due(pupil, -2, owner_id=teacher.pk, title="Give a view")
    assert "Give a view" not in home(teaching_assistant).content.decode()
    cover(teacher, teaching_assistant)

    words = home(teaching_assistant).content.decode()

    assert f"You stand in for <b>{teacher.name}</b>" in words
    assert "Give a view" in words
    assert "Give a view" in client.get(f"{reverse('due-list')}?person={teacher.pk}").content.decode()
    assert client.get(reverse("due-why", args=[item.pk])).status_code == 200


@pytest.mark.parametrize(("starts", "days"), [(1, 5), (-9, -1)])
def test_cover_of_other_days_says_nothing(home, head, senco, cover, starts, days):
    cover(senco, head, starts=starts, days=days)

    assert "You stand in for" not in home(head).content.decode()


def test_nothing_late_is_said_so(home, head, senco, cover):
    cover(senco, head)

    assert "nothing of Nadia’s is late" in home(head).content.decode()


def test_deputy_who_lost_the_role_for_records_stands_in_for_nobody(home, acting, head, senco, pupil, cover):
    cover(senco, head)
    make_due(pupil, -2, owner_id=senco.pk, title="Hers")
    Membership.objects.filter(user=head).update(role=Role.TEACHER)

    words = home(head).content.decode()

    assert "You stand in for" not in words
    assert "Hers" not in words


def test_nobody_stands_in_for_who_has_left(acting, head, senco, cover):
    cover(senco, head)
    Membership.objects.filter(user=senco).update(ends_on=TODAY - timedelta(days=1))

    assert standing_in(acting(head), TODAY) == []


def test_deputy_of_a_deputy_stands_in_for_both_while_both_are_away(acting, head, senco, school, cover):
    other = MembershipFactory(school=school, role=Role.SENCO, user=UserFactory(name="Ada Moss")).user
    cover(other, senco, days=3)
    cover(senco, head, days=8)
    cover(head, other, days=8)  # a ring ends where it began

    found = standing_in(acting(head), TODAY)

    assert [(one.absent, one.until) for one in found] == [
        (other, TODAY + timedelta(days=3)),
        (senco, TODAY + timedelta(days=8)),
    ]


def test_provision_lead_counts_late_duties_of_the_own_unit_alone(home, school, senco, pupil, cover):
    unit = Unit.objects.create(school=school, name="Base", kind="resourced")
    lead = MembershipFactory(school=school, role=Role.PROVISION_LEAD, unit=unit).user
    make_due(pupil, -2, owner_id=senco.pk, title="Elsewhere")
    cover(senco, lead)

    words = home(lead).content.decode()

    assert "nothing of Nadia’s is late" in words
    assert "Elsewhere" not in words


def test_teacher_meets_what_presses_once(home, senco, teacher, pupil):
    concern = concerns.raise_concern(
        pupil=pupil, what="Tired", where="Class", parent_told="told", form_key=str(uuid4()), by=senco
    )
    concerns.ask_for_views(concern=concern, people=[teacher], by=senco)

    words = home(teacher).content.decode()

    assert "This week" in words
    assert "Your view is asked for" not in words
    assert words.count("Give your view") == 1


@pytest.mark.parametrize("url", ["home", "due-list"])
def test_child_whose_page_does_not_open_is_named_without_a_link(client, sign_in, teacher, pupil, other_pupil, url):
    """A view may be asked of a colleague who does not work with the child; so may a deputy's."""
    make_due(pupil, -2, owner_id=teacher.pk)
    make_due(other_pupil, -3, owner_id=teacher.pk)

    words = sign_in(teacher).get(reverse(url)).content.decode()

    lines = words[words.index('class="dues') :]
    assert other_pupil.name in lines
    assert f'href="{pupil.get_absolute_url()}"' in words
    assert f'href="{other_pupil.get_absolute_url()}"' not in words


def test_deputy_has_no_way_to_a_child_who_is_not_in_view(
    client, sign_in, teacher, teaching_assistant, other_pupil, cover
):
    cover(teacher, teaching_assistant)
    make_due(other_pupil, -2, owner_id=teacher.pk, rule="concern.view", title="View of a colleague")

    words = sign_in(teaching_assistant).get(reverse("home")).content.decode()

    assert "View of a colleague" in words
    assert "See the pupil" not in words


def test_late_line_of_such_a_child_has_no_link_either(client, sign_in, teacher, pupil, other_pupil):
    for child in (pupil, other_pupil):
        make_due(child, -9, owner_id=teacher.pk, met_on=TODAY)

    words = sign_in(teacher).get(reverse("late-list")).content.decode()

    assert other_pupil.name in words
    assert f'href="{pupil.get_absolute_url()}"' in words
    assert f'href="{other_pupil.get_absolute_url()}"' not in words
