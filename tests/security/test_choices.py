"""Every field that chooses a row offers rows of one's own school alone, and refuses the id of another school's."""

import importlib
import pkgutil
from html import unescape

import pytest
from django import forms as django_forms
from django.db import transaction
from django.urls import reverse

import ehcp
import governance
import pupils
import sendco.pages
import staff
from ehcp.models import CaseLetter, LocalAuthority, NeedsAssessment, Plan, PlanOutcome, PlanVersion
from pupils.concerns.forms import on_one_line
from pupils.models import Concern, NeedType, Pupil
from sendco.audit.models import Event
from sendco.management.commands.check_tenancy import school_path
from staff.models import Membership, User
from staff.roles import Role
from tests.test_access import MATRIX

from .drive import Walk, client_of

CHOOSING = (Role.SENCO.label, Role.PROVISION_LEAD.label, Role.OFFICE.label, Role.ADMINISTRATOR.label)
REFERENCE = {NeedType}  # one table for all schools
# Pages that show their fields only when asked, and take several ids at once; each has a test of its own below.
LISTS = {"plan-list", "review-list", "assessment-list", "consultation-list", "appeal-list"}
ASK = {"register", "due-list", "pupils:key-worker-many", "pupils:duplicate-choose"} | {f"ehcp:{one}" for one in LISTS}


def choosers(form):
    return {name: field for name, field in form.fields.items() if isinstance(field, django_forms.ModelChoiceField)}


def forms_in(response):
    """Every form that a page was drawn with."""
    drawn = response.context or []
    contexts = drawn if isinstance(drawn, list) else [drawn]
    values = [value for context in contexts for layer in context.dicts for value in layer.values()]
    found = [value for value in values if isinstance(value, django_forms.BaseForm)]
    return list({id(form): form for form in found}.values())


def begun(stage):
    """Pages that show their form only for the child, the case or the step that their address names."""
    (case,), (plan,), (review,) = (stage.ids[thing] for thing in ("needs_assessment", "plan", "review"))
    return [
        f"{reverse('ehcp:plan-new')}?pupil={stage.pupil.pk}",
        f"{reverse('ehcp:assessment-new')}?pupil={stage.pupil.pk}",
        f"{reverse('ehcp:review-new')}?plan={plan}",
        f"{reverse('ehcp:appeal-new')}?assessment={case}",
        f"{reverse('ehcp:review-meeting', args=[review])}?at=here",
        reverse("ehcp:assessment-step", args=[case, "final"]),
    ]


def opened(stage, key):
    """Yield (address, form) of each page that this person can open."""
    walk = Walk(stage.people[key], stage.ids, {})
    addresses = [(name, address) for name in MATRIX for address in walk.addresses(name)[:2]]
    for name, address in [*addresses, *(("", address) for address in begun(stage))]:
        with transaction.atomic():
            response = walk.client.get(address, {"filters": 1, "pupil": stage.pupil.pk} if name in ASK else None)
            transaction.set_rollback(True)
        if response.status_code == 200:
            for form in forms_in(response):
                yield address, form


def in_school(row, school):
    if isinstance(row, User):
        return Membership.objects.filter(user=row, school=school).exists()
    return type(row)._base_manager.filter(pk=row.pk, **{school_path(type(row)): school.pk}).exists()


def of(model, school, *, never_at):
    """A row of this model that belongs to this school and not to the other."""
    if model is User:
        away = Membership.objects.filter(school=never_at).values("user")
        return User.objects.filter(memberships__school=school, is_active=True).exclude(pk__in=away).first()
    if model is Pupil:
        return Pupil.objects.filter(school=school, left_on=None).first()
    return model._base_manager.filter(**{school_path(model): school.pk}).order_by("pk").first()


@pytest.fixture(scope="module")
def seen():
    return {}


@pytest.fixture
def pages(stage, seen):
    """Every (key, address, form) with a choosing field, walked once for the module."""
    if not seen:
        seen["all"] = [
            (key, address, form) for key in CHOOSING for address, form in opened(stage, key) if choosers(form)
        ]
    return seen["all"]


def test_no_field_offers_another_school_s_row(stage, pages):
    strangers = [
        f"{address} offers {row!r} in {name}"
        for _, address, form in pages
        for name, field in choosers(form).items()
        if field.queryset.model not in REFERENCE
        for row in field.queryset
        if not in_school(row, stage.school)
    ]

    assert strangers == []


def every_form_class():
    for package in (pupils, staff, ehcp, governance, sendco.pages):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            for value in vars(importlib.import_module(module.name)).values():
                if isinstance(value, type) and issubclass(value, django_forms.Form | django_forms.ModelForm):
                    yield value


def chooses_of_a_school(form):
    fields = [field for field in form.base_fields.values() if isinstance(field, django_forms.ModelChoiceField)]
    # A field that gets its rows where the form is made has none of them in its class.
    return any(field.queryset is None or field.queryset.model not in REFERENCE for field in fields)


def test_every_choosing_form_was_opened(pages):
    """A form that no page of this walk shows would not be checked above."""
    classes = {form for form in every_form_class() if chooses_of_a_school(form)}
    shown = {type(form) for _, _, form in pages}
    parents = {parent for form in shown for parent in form.__mro__}

    assert len(classes) > 25
    assert {form.__name__ for form in classes - parents} == set()


def fill(address, name, value, client):
    """Post one field alone and return (status, the names of the fields that were refused)."""
    with transaction.atomic():
        before = Event.objects.count()
        response = client.post(address, {name: value})
        written = Event.objects.count() - before
        transaction.set_rollback(True)
    refused = {field for form in forms_in(response) for field in form.errors}
    return response.status_code, refused, written


def test_foreign_id_is_refused_and_changes_nothing(stage, pages):
    """The same post with an id of one's own is not refused for that field: it is the id that is refused."""
    clients = {key: client_of(stage.people[key]) for key in CHOOSING}
    wrong, tried = [], set()
    for key, address, form in pages:
        if address in {reverse(name) for name in ASK}:
            continue
        for name, field in choosers(form).items():
            if field.queryset.model in REFERENCE:
                continue
            foreign = of(field.queryset.model, stage.other_school, never_at=stage.school)
            assert foreign, f"the other school has no {field.queryset.model.__name__} to try in {address}"
            status, refused, written = fill(address, name, foreign.pk, clients[key])
            if status == 405:  # a page that only shows: the choice stands in its address, not in a post
                continue
            tried.add((type(form).__name__, name))
            if (status, name in refused, written) != (422, True, 0):
                wrong.append(f"{key}, {address}, {name}: {status}, refused {refused}, {written} events")
            own = field.queryset.first()
            if own and name in fill(address, name, own.pk, clients[key])[1]:
                wrong.append(f"{key}, {address}, {name}: refuses an own row too")

    assert wrong == []
    assert len(tried) > 25


def test_register_leaves_out_a_foreign_filter(stage):
    client = client_of(stage.people[Role.SENCO.label])
    plain = client.get(reverse("register"), {"who": "all"}).context["page"].paginator.count

    for name, model in (("worker", User), ("unit", stage.school.units.model), ("group", stage.school.groups.model)):
        foreign = of(model, stage.other_school, never_at=stage.school)
        page = client.get(reverse("register"), {"who": "all", name: foreign.pk})

        assert page.context["page"].paginator.count == plain
        assert str(foreign) not in page.content.decode()


@pytest.mark.parametrize("name", sorted(LISTS))
def test_list_of_cases_leaves_out_a_foreign_authority(stage, name):
    client = client_of(stage.people[Role.SENCO.label])
    foreign = of(LocalAuthority, stage.other_school, never_at=stage.school)
    LocalAuthority.objects.filter(pk=foreign.pk).update(name="Farawayshire")

    page = client.get(reverse(f"ehcp:{name}"), {"authority": foreign.pk})

    assert page.status_code == 200
    assert "Farawayshire" not in page.content.decode()


def test_feed_leaves_out_a_foreign_filter(stage):
    client = client_of(stage.people[Role.SENCO.label])
    plain = client.get(reverse("due-list")).content.decode()

    for name, model in (("authority", LocalAuthority), ("person", User)):
        foreign = of(model, stage.other_school, never_at=stage.school)
        page = client.get(reverse("due-list"), {name: foreign.pk}).content.decode()

        assert page.count("<li") == plain.count("<li")
        assert f">{foreign.name}<" not in page


def test_plan_is_not_compared_with_a_foreign_version(stage):
    client = client_of(stage.people[Role.SENCO.label])
    foreign = PlanVersion.objects.filter(plan__school=stage.other_school).exclude(confirmed_at=None).first()
    PlanOutcome.objects.create(plan_version=foreign, number=9, text="canary-of-elsewhere-zq")
    address = reverse("ehcp:version-compare", args=stage.ids["plan_version"])

    page = client.get(address, {"other": foreign.pk})

    assert page.status_code < 500
    assert "canary-of-elsewhere-zq" not in page.content.decode()


NAMED = [
    ("plan-new", "pupil", Pupil),
    ("assessment-new", "pupil", Pupil),
    ("review-new", "plan", Plan),
    ("appeal-new", "plan", Plan),
    ("appeal-new", "assessment", NeedsAssessment),
]


@pytest.mark.parametrize(("route", "name", "model"), NAMED)
def test_case_is_not_begun_about_a_foreign_record(stage, route, name, model):
    """Ids that an address names instead of a field."""
    client = client_of(stage.people[Role.SENCO.label])
    foreign, before = of(model, stage.other_school, never_at=stage.school), Event.objects.count()
    address = f"{reverse(f'ehcp:{route}')}?{name}={foreign.pk}"

    assert client.get(address).status_code == 404
    assert client.post(address, {}).status_code == 404
    assert Event.objects.count() == before


def test_plan_comes_of_no_foreign_request(stage):
    client = client_of(stage.people[Role.SENCO.label])
    foreign = of(NeedsAssessment, stage.other_school, never_at=stage.school)
    address = f"{reverse('ehcp:plan-new')}?pupil={stage.pupil.pk}&assessment={foreign.pk}"

    assert client.get(address).status_code == 404
    assert client.post(address, {}).status_code == 404


@pytest.mark.parametrize("case", ["assessment", "review"])
def test_case_letter_goes_to_nobody_else_s_adult(stage, hidden, case):
    client = client_of(stage.people[Role.SENCO.label])
    (pk,), kind = {
        "assessment": (stage.ids["needs_assessment"], "assessment_request"),
        "review": (stage.ids["review"], "review_chaser"),
    }[case]
    before = CaseLetter.objects.count()

    for pupil in hidden:
        stranger = pupil.contacts.first()
        words = {"to": f"contact-{stranger.pk}", "subject": "S", "body": "B", "dated_on": "2026-11-20"}
        words["signed_by"] = stage.people[Role.SENCO.label].pk
        response = client.post(reverse("ehcp:letter-new", args=[case, pk, kind]), words)

        assert response.status_code == 422
        assert stranger.name not in response.content.decode()
    assert CaseLetter.objects.count() == before


def test_pupil_of_another_school_cannot_be_compared(stage):
    foreign = of(Pupil, stage.other_school, never_at=stage.school)
    client = client_of(stage.people[Role.SENCO.label])

    assert client.get(reverse("pupils:duplicate-choose"), {"first": foreign.pk}).status_code == 404


# --- Ids in an address or a form that no choosing field reads -----------------------------------------------------
@pytest.fixture
def hidden(stage):
    """A pupil of the other school, and one of this school whom the teacher does not teach."""
    foreign = Pupil.objects.filter(school=stage.other_school, left_on=None, concerns__isnull=False).first()
    other = Pupil.objects.filter(school=stage.school, left_on=None, concerns__isnull=False)
    return foreign, other.exclude(pk=stage.pupil.pk).first()


def test_concern_is_not_raised_about_a_foreign_pupil(stage, hidden):
    foreign, _ = hidden
    client = client_of(stage.people[Role.SENCO.label])
    count = Concern.objects.count()
    address = f"{reverse('pupils:concern-new')}?pupil={foreign.pk}"

    assert client.get(address).status_code == 404
    assert client.post(address, {"what": "x", "parent_told": "told"}).status_code == 404
    assert Concern.objects.count() == count


def test_words_of_a_foreign_concern_fill_in_no_form(stage, hidden):
    client = client_of(stage.people[Role.SENCO.label])
    foreign, other = hidden
    address = reverse("pupils:status-change", args=[stage.pupil.pk])

    def words_are_shown(concern):
        words = on_one_line(concern.outcome_note or concern.what)
        return words in unescape(client.get(f"{address}?concern={concern.pk}").content.decode())

    assert words_are_shown(stage.pupil.concerns.get())
    assert not words_are_shown(foreign.concerns.first())
    assert not words_are_shown(other.concerns.first())


def test_letter_goes_to_nobody_else_s_parent(stage, hidden):
    client = client_of(stage.people[Role.SENCO.label])
    entry = stage.pupil.register_entries.get(code="K")
    before = stage.pupil.letters.count()

    for pupil in hidden:
        stranger = pupil.contacts.first()
        words = {"people": [stranger.pk], "subject": "S", "body": "B", "dated_on": "2026-11-20"}
        words["signed_by"] = stage.people[Role.SENCO.label].pk
        response = client.post(reverse("pupils:letter-new", args=[entry.pk]), words)

        assert response.status_code == 422
        assert stranger.name not in response.content.decode()
    assert stage.pupil.letters.count() == before


def test_key_worker_is_set_for_own_pupils_alone(stage, hidden):
    foreign, other = hidden
    client = client_of(stage.people[Role.PROVISION_LEAD.label])
    worker = stage.people[Role.TEACHER.label]
    before = foreign.key_worker_id

    response = client.post(
        reverse("pupils:key-worker-many"), {"pupil": [stage.pupil.pk, foreign.pk], "user": worker.pk}
    )

    assert response.status_code == 422
    stage.pupil.refresh_from_db()
    foreign.refresh_from_db()
    assert foreign.key_worker_id == before
    assert stage.pupil.key_worker_id != worker.pk


def test_nobody_of_another_school_becomes_key_worker_of_several(stage):
    client = client_of(stage.people[Role.SENCO.label])
    stranger = of(User, stage.other_school, never_at=stage.school)

    response = client.post(reverse("pupils:key-worker-many"), {"pupil": [stage.pupil.pk], "user": stranger.pk})

    assert response.status_code == 422
    assert not stranger.key_pupils.filter(school=stage.school).exists()


def test_export_takes_in_no_foreign_pupil_by_id(stage, hidden):
    client = client_of(stage.people[Role.SENCO.label])

    page = client.get(reverse("register-export"), {"pupil": [foreign.pk for foreign in hidden]})

    assert hidden[0].name not in page.content.decode()


def test_merge_takes_no_foreign_record(stage, hidden):
    client = client_of(stage.people[Role.SENCO.label])
    foreign, _ = hidden

    for pair in ((stage.pupil.pk, foreign.pk), (foreign.pk, stage.pupil.pk)):
        assert client.get(reverse("pupils:merge-preview", args=pair)).status_code == 404
        assert client.post(reverse("pupils:merge", args=pair)).status_code == 404
        assert client.post(reverse("pupils:not-duplicate", args=pair)).status_code == 404


def test_group_of_another_school_is_given_to_nobody(stage):
    """The place in a group is a row between two rows: both have to be of the school."""
    client = client_of(stage.people[Role.OFFICE.label])
    foreign = of(stage.school.groups.model, stage.other_school, never_at=stage.school)

    response = client.post(reverse("pupils:group-place", args=[stage.pupil.pk]), {"group": foreign.pk})

    assert response.status_code == 422
    assert not stage.pupil.group_places.filter(group=foreign).exists()
