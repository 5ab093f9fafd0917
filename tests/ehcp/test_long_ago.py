"""Cases from before the bank holidays and calendars that we know: a date falls away, and no page fails."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from ehcp.models import PlanMove
from staff.owed import bring_up_to_date
from tests.everywhere import agree
from tests.factories import PupilFactory
from tests.factories.ehcp import (
    AnnualReviewFactory,
    AppealFactory,
    ConsultationFactory,
    LocalAuthorityFactory,
    NeedsAssessmentFactory,
    PlanFactory,
)

LONDON = ZoneInfo("Europe/London")
EARLIEST, LATEST = date(2014, 9, 1), date(2018, 12, 20)


@pytest.fixture
def child(school):
    return PupilFactory(school=school, birth_on=date(2005, 3, 1), joined_on=date(2014, 9, 1), year_group="11")


@pytest.mark.parametrize("on", [EARLIEST, date(2016, 2, 29), LATEST])
def test_every_case_of_long_ago_opens(sign_in, senco, school, child, on):
    authority = LocalAuthorityFactory(school=school)
    about = {"pupil": child, "authority": authority}
    plan = PlanFactory(**about, made_on=on, cease_notified_on=on)
    PlanMove.objects.create(plan=plan, old_authority="Old", new_authority=authority, moved_on=on, aware_on=on)
    cases = {
        "plan": plan,
        "review": AnnualReviewFactory(pupil=child, plan=plan, began_on=on, meeting_on=on, held_on=on),
        "assessment": NeedsAssessmentFactory(
            **about, received_on=on, sent_at=datetime(on.year, on.month, on.day, 12, tzinfo=LONDON), method="email",
            advice_asked_on=on, decision="refuse", decision_on=on, reversed_on=on, reversal="order", began_on=on,
        ),
        "appeal": AppealFactory(
            **about, plan=plan, about="content", letter_on=on, wants_mediation=False, told_on=on, certificate_on=on,
            sent_to_la_on=on, outcome="agreed", order="amend", order_on=on, other_steps="More",
        ),
        "consultation": ConsultationFactory(school=school, authority=authority, received_on=on),
    }  # fmt: skip
    client = sign_in(senco)

    for name, case in cases.items():
        bring_up_to_date(case)
        assert client.get(reverse(f"ehcp:{name}-detail", args=[case.pk])).status_code == 200, name
        assert client.get(reverse("ehcp:case-correct", args=[name, case.pk])).status_code == 200, name
    agree(client, senco, child)
