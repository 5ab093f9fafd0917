"""Pages, read in a process of their own as by a web worker: one that has made fifty schools answers more slowly."""

from dataclasses import asdict

from django.test.utils import override_settings

from pupils.models import Pupil
from sendco.limits.models import Hit
from staff.models import TeachingGroup, User

from .cases import TRUST_HEAD
from .measure import browser, together

HERE = {"ROOT_URLCONF": "sendco.tools.bench.urls", "ALLOWED_HOSTS": ["localhost"]}


@override_settings(**HERE)
def school_pages(school, senco, times):
    """The SENDCo's pages of one school."""
    client = browser(senco)
    pupil = Pupil.objects.filter(school=school, register_entries__code="E").first()
    Hit.objects.all().delete()  # reading the search forty times in a minute is what its limit is there to stop
    pages = [
        ("bare", client, "/bare/", {}),
        ("register", client, "/register/", {}),
        ("home", client, "/", {}),
        ("pupil", client, f"/pupils/{pupil.pk}/", {}),
        ("search", client, f"/find/?q={pupil.legal_forename[:3]}", {"HX-Request": "true"}),
    ]
    return {"readings": [asdict(one) for one in together(pages, times=times)]}


@override_settings(**HERE)
def staff_pages(school, senco, times):
    """The pages of those who deliver it: the board of a week, its hours, the staff list."""
    client = browser(senco)
    pages = [
        ("bare", client, "/bare/", {}),
        ("bare slots", client, "/bare/slots/", {}),
        ("bare skills", client, "/bare/skills/", {}),
        ("board", client, "/board/", {}),
        ("hours", client, "/board/hours/", {}),
        ("staff", client, "/school/staff/", {}),
        ("skills", client, "/skills/", {}),
    ]
    return {"readings": [asdict(one) for one in together(pages, times=times)]}


@override_settings(**HERE)
def case_pages(school, senco, times):
    """The pages of dates and cases: the SENDCo's, and those of somebody who leads every school."""
    client, head = browser(senco), browser(User.objects.get(email=TRUST_HEAD))
    pages = [
        ("bare", client, "/bare/", {}),
        ("home", client, "/", {}),
        ("due", client, "/due/", {}),
        ("compliance", head, "/compliance/", {}),
        ("trust", head, "/compliance/schools/", {}),
    ]
    return {"readings": [asdict(one) for one in together(pages, times=times)]}


@override_settings(**HERE)
def support_pages(school, senco, times):
    """A class in the review grid, its profiles, and the pages of a pupil with five years of history."""
    client = browser(senco)
    group = TeachingGroup.objects.get(school=school, name="Bench class")
    pupil = Pupil.objects.filter(form_group=group).order_by("pk").first()
    pages = [
        ("bare", client, "/bare/", {}),
        ("bare targets", client, "/bare/targets/", {}),
        ("grid", client, f"/support/grid/?group={group.pk}", {}),
        ("plans", client, "/support/", {}),
        ("profiles", client, f"/profiles/?group={group.pk}", {}),
        ("pupil", client, f"/pupils/{pupil.pk}/", {}),
        ("pupil plans", client, f"/pupils/{pupil.pk}/?tab=plans", {}),
        ("pupil meetings", client, f"/pupils/{pupil.pk}/?tab=meetings", {}),
        ("timeline", client, f"/pupils/{pupil.pk}/timeline/", {}),
    ]
    return {"readings": [asdict(one) for one in together(pages, times=times)]}
