"""Walk all forms of all floors: sent twice, sent over an older version, sent after the session ended, given back.

A form page that nobody walks fails, and so does one whose view is not the kit's.
"""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django import forms
from django.db import transaction
from django.urls import resolve, reverse
from django.utils import timezone

from sendco.audit.models import Event
from sendco.drafts.models import Draft
from sendco.formkit.models import SentForm
from sendco.formkit.names import TOKEN
from sendco.formkit.values import written_form
from staff.roles import Role
from tests.test_access import MATRIX, OURS

from .drive import BACKEND, Walk, client_of
from .test_choices import begun

ROOT = Path(__file__).resolve().parents[2]
TYPED = "Typed a moment before the end"
KEYS = (Role.SENCO.label, Role.HEAD.label, Role.ADMINISTRATOR.label, Role.OFFICE.label, Role.DSL.label, "asked")
# Pages that show their form only for what their address names, beside those of test_choices.
ASKED_FOR = {
    "pupils:concern-new": lambda stage: f"{reverse('pupils:concern-new')}?pupil={stage.pupil.pk}",
    "pupils:key-worker-many": lambda stage: f"{reverse('pupils:key-worker-many')}?pupil={stage.pupil.pk}",
    "ehcp:plan-new": lambda stage: f"{reverse('ehcp:plan-new')}?pupil={stage.pupil.pk}",
    "ehcp:assessment-new": lambda stage: f"{reverse('ehcp:assessment-new')}?pupil={stage.pupil.pk}",
}
# Posted from the page of another address, whose form the walk sends.
ON_ANOTHER_PAGE = {"pupils:merge": "pupils:merge-preview", "pupils:concern-triage": "pupils:concern-detail"}
# Ask for nothing but the press of a button, or show their form only in a state that a test of their own makes.
NOT_WALKED = {
    "staff:invitation-join": "for somebody who is not signed in; tests/staff/test_invitations.py",
    "staff:calendar-import-check": "needs a file that was read; tests/staff/test_calendar.py",
    "timetable-import-check": "needs a file that was read; tests/pages/test_board_import.py",
    "pupils:scores-check": "needs a file that was read; tests/pupils/test_scores_import.py",
    "pupils:merge": "on the page of merge-preview",
    "pupils:concern-triage": "on the page of concern-detail",
    "ehcp:my-view": "for a colleague who is asked; tests/ehcp/test_contribution_pages.py",
    "ehcp:contribution-enter": "before it is sent; tests/ehcp/test_contribution_pages.py",
    "ehcp:review-new": "where none is under way; tests/ehcp/test_review_pages.py",
    "ehcp:consultation-approve": "a button; tests/ehcp/test_consultation_pages.py",
    "ehcp:review-report": "a button; tests/ehcp/test_review_reports.py",
    "pupils:profile-read": "a button; tests/pupils/plans/test_profiles.py",
    "pupils:import-undo": "a button; tests/pupils/imports/test_undo.py",
    "pupils:emergency-open": "for a child whom one does not teach; tests/pupils/test_emergencies.py",
    "staff:role-confirm": "a button, for whom a role waits for; tests/staff/test_granting.py",
    "staff:role-cover": "for whom a role waits for a day; tests/staff/test_covering.py",
    "staff:role-refuse": "a button, for whom a role waits for; tests/staff/test_granting.py",
    "governance:due-acknowledge": "once it is late; tests/governance/test_reminder_pages.py",
}


def is_form_page(view):
    return getattr(view, "is_form_page", False)


FORM_PAGES = sorted(name for name, (view, _) in OURS.items() if is_form_page(view))


def kit_form(response):
    """The form of a page of the kit, or None for any other page."""
    context = response.context
    if context is None or "form_state" not in context or not context["form_state"]:
        return None
    return context.get("form")


def opened(stage):
    """Yield (name, key, address) of each form page, opened once by the first who may; confirmations have no form."""
    done = set()
    for key in KEYS:
        walk = Walk(stage.people[key], stage.ids, {})
        places = [(name, address) for name in MATRIX for address in walk.addresses(name)[:2]]
        places += [(name, address(stage)) for name, address in ASKED_FOR.items()]
        places += [("", address) for address in begun(stage)]
        for name, address in places:
            if address in done or (name and not is_form_page(OURS[name][0]) and name not in ON_ANOTHER_PAGE.values()):
                continue
            with transaction.atomic():
                response = walk.client.get(address)
                transaction.set_rollback(True)
            if response.status_code == 200 and (kit_form(response) is not None or "confirm" in used(response)):
                done.add(address)
                if b"data-once" in response.content:  # else there is nothing to send any more
                    assert b'name="form_token"' in response.content, f"{address} would be taken twice"
                yield name or response.resolver_match.view_name, key, address


def used(response):
    return " ".join(template.name or "" for template in response.templates)


@pytest.fixture(scope="module")
def pages(cast, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        found = list(opened(cast))
        transaction.set_rollback(True)
    return found


@pytest.mark.django_db
def test_every_form_page_is_walked(pages):
    walked = {name for name, _, _ in pages}

    assert len(FORM_PAGES) > 90
    assert set(FORM_PAGES) - walked - set(NOT_WALKED) == set()


def test_no_view_has_a_way_of_its_own():
    """What a conflict does, and what a refused form answers, stands in the kit alone."""
    own = [
        f"{path.relative_to(ROOT)}:{number}"
        for floor in ("staff", "pupils", "ehcp", "governance", "sendco/pages")
        for path in (ROOT / floor).rglob("*.py")
        if "views" in str(path) or floor == "sendco/pages"
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if re.search(r"except .*ChangedMeanwhile|\b422\b", line)
    ]

    assert [place for place in own if "pupils/views/imports" not in place and "pupils/imports" not in place] == []


# --- What is sent ------------------------------------------------------------------------------------------------
def text_field(form):
    """A field that takes any words, and under which name they are sent."""
    for name, field in form.fields.items():
        plain = type(field) is forms.CharField and (field.max_length or 999) > len(TYPED)
        if plain and not field.disabled and not form[name].is_hidden:
            return name
    return None


def some_value(field):
    """Something this field may take."""
    if isinstance(field, forms.ModelMultipleChoiceField | forms.ModelChoiceField):
        first = field.queryset.order_by("pk").first()
        return [str(first.pk)] if first else []
    if isinstance(field, forms.ChoiceField):
        keys = [key for key, _ in field.choices if key not in ("", None) and not isinstance(key, list)]
        return [str(keys[0])] if keys else []
    if isinstance(field, forms.DateTimeField):
        return [timezone.localtime().strftime("%Y-%m-%dT%H:%M")]
    if isinstance(field, forms.DateField):
        return [timezone.localdate().isoformat()]
    if isinstance(field, forms.TimeField):
        return ["09:30"]
    if isinstance(field, forms.BooleanField):
        return ["on"]
    if isinstance(field, forms.EmailField):
        return ["new.person@school.example"]
    if isinstance(field, forms.IntegerField | forms.DecimalField):
        return [str(max(getattr(field, "min_value", None) or 0, 1))]
    return [TYPED] if isinstance(field, forms.CharField) else []


def filled_in(response):
    """The form as a browser would send it, with each empty field that is needed filled in."""
    context = response.context
    form = context["form"]
    data = written_form(form)
    for name, field in form.fields.items():
        html_name = form.add_prefix(name)
        if field.required and not any(data.get(html_name, [])):
            data[html_name] = some_value(field)
    formset = context.get("formset")
    if formset is not None:
        data |= written_form(formset)
    return {name: texts for name, texts in data.items() if texts} | {
        TOKEN: [context["form_state"]["token"]],
        "save": ["1"],  # the button, where a page has several
    }


def forms_of(stage, pages):
    """Yield (name, client, address, response) of each page that has fields, each in a transaction of its own."""
    for name, key, address in pages:
        if name in ("ehcp:contribution-here",):
            continue
        with transaction.atomic():
            client = client_of(stage.people[key])
            response = client.get(address)
            form = kit_form(response)
            if form is not None and form.fields:
                yield name, key, client, address, response
            transaction.set_rollback(True)


def sent_to(address):
    """Where the form of this page is sent: mostly to where it stands."""
    match = resolve(urlsplit(address).path)
    elsewhere = next((to for to, page in ON_ANOTHER_PAGE.items() if page == match.view_name), None)
    return reverse(elsewhere, kwargs=match.kwargs) if elsewhere else address


@pytest.mark.postgresql("one turn of a form is a unique row in a transaction")
def test_sent_twice_a_form_is_saved_once(stage, pages):
    saved, broken = [], []
    for name, _, client, address, response in forms_of(stage, pages):
        data, to = filled_in(response), sent_to(address)
        first = client.post(to, data)
        if first.status_code >= 500:
            broken.append(f"{name}: {first.status_code}")
        if first.status_code != 302 or not SentForm.objects.exists():
            continue
        before = Event.objects.count()
        again = client.post(to, data)
        led = (again.status_code, again.get("Location"))
        if led != (302, first.url) or Event.objects.count() != before:
            broken.append(f"{name}: sent twice, {led}")
        saved.append(name)

    assert not broken, "; ".join(broken)
    assert len(set(saved)) > 30, saved


@pytest.mark.postgresql("a version is compared under a lock")
def test_no_form_is_saved_over_a_version_that_nobody_saw(stage, pages):
    met, broken = [], []
    for name, _, client, address, response in forms_of(stage, pages):
        form = response.context["form"]
        marks = [one for one in ("version", "seen", "entry", "kept_version") if one in form.fields]
        data = filled_in(response)
        if not marks or not data.get(marks[0]) or name.endswith(("-add", "-new")):
            continue
        typed = text_field(form)
        if typed:
            data[form.add_prefix(typed)] = [TYPED]
        data[marks[0]] = ["0123456789abcdef" if marks[0] == "seen" else "99999"]
        answer = client.post(sent_to(address), data)
        words = answer.content.decode()
        if answer.status_code != 422 or (typed and TYPED not in words):
            broken.append(f"{name}: {answer.status_code}")
        met.append(name)

    assert not broken, "; ".join(broken)
    assert len(set(met)) > 25, met


def test_what_came_after_the_session_ended_is_given_back(stage, pages):
    met, broken = [], []
    for name, key, client, address, response in forms_of(stage, pages):
        form = response.context["form"]
        typed = text_field(form)
        if typed is None:
            continue
        data = filled_in(response) | {form.add_prefix(typed): [TYPED]}
        client.logout()
        sent_away = client.post(sent_to(address), data)
        kept = Draft.objects.filter(user_id=stage.people[key].pk).order_by("-updated_at").first()
        client.force_login(stage.people[key], backend=BACKEND)
        back = client_of(stage.people[key]).get(address)
        again = kit_form(back)
        is_back = again is not None and typed in again.fields and again[typed].value() == TYPED
        left_out = typed in ("address", "postcode")
        if sent_away.status_code != 302 or kept is None or not (is_back or left_out):
            broken.append(f"{name}: {sent_away.status_code}, kept {kept is not None}, back {is_back}")
        met.append(name)

    assert not broken, "; ".join(broken)
    assert len(set(met)) > 40, met


def test_a_draft_is_given_back_where_typing_is_kept(stage, pages):
    met, broken = [], []
    for name, _, client, address, response in forms_of(stage, pages):
        key, form = response.context.get("draft_key"), response.context["form"]
        typed = text_field(form)
        if not key or typed is None:
            continue
        data = filled_in(response) | {form.add_prefix(typed): [TYPED]}
        kept = client.post(reverse("draft-save", args=[key]), data)
        again = kit_form(client.get(address))
        if kept.status_code != 204 or again is None or again[typed].value() != TYPED:
            broken.append(name)
        met.append(name)

    assert not broken, "; ".join(broken)
    assert len(set(met)) >= 6, met
