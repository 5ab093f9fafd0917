import pytest
from django.urls import reverse

from tests.factories.ehcp import PlanFactory


@pytest.mark.parametrize("name", ["plan", "authority"])
def test_form_sends_the_version_that_it_was_opened_with(proved, senco, pupil, name):
    """As a browser does: what the page holds goes back, and is no conflict."""
    plan = PlanFactory(pupil=pupil)
    row = plan if name == "plan" else plan.authority
    address = reverse(f"ehcp:{name}-edit", args=[row.pk])
    desk = proved(senco)
    form = desk.get(address).context["form"]
    typed = {field.html_name: field.value() for field in form if field.value() is not None}

    assert desk.post(address, typed).status_code == 302
