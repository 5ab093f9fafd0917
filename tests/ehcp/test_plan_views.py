"""The pages of plans: what is shown to whom, what a form refuses, and that lists ask the same whatever their length."""

from datetime import date, datetime
from html import unescape
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from ehcp import tasks  # noqa: F401  (registers the handler)
from ehcp.authorities import services as authorities
from ehcp.models import Caseworker, LocalAuthority, NeedsAssessment, Plan, PlanVersion
from ehcp.plans.services import ending
from ehcp.plans.services import plans as plan_services
from ehcp.plans.services.versions import seen_of
from pupils.models import Contact, NeedType
from pupils.register import services as register
from sendco.audit.models import Event, Read
from sendco.drafts.services import load_draft, save_draft
from sendco.jobs.runner import run
from sendco.richtext import MAX_BYTES
from tests.again import later
from tests.factories import PupilFactory
from tests.factories.ehcp import (
    CaseworkerFactory,
    LocalAuthorityFactory,
    NeedsAssessmentFactory,
    PlanFactory,
    PlanOutcomeFactory,
    PlanSectionFactory,
    PlanVersionFactory,
    ProvisionLineFactory,
)

from .pdfs import PLAN, pdf_of

MADE = date(2026, 3, 16)
LONDON = ZoneInfo("Europe/London")


@pytest.fixture
def authority(school):
    return LocalAuthorityFactory(school=school, name="Westmarch")


@pytest.fixture
def plan(pupil, authority):
    return PlanFactory(pupil=pupil, authority=authority)


@pytest.fixture
def version(plan):
    version = PlanVersionFactory(plan=plan)
    PlanSectionFactory(plan_version=version, letter="B", html="<p>Canary needs</p>")
    PlanSectionFactory(plan_version=version, letter="F", html="<p>Provision <strong>in words</strong></p>")
    PlanOutcomeFactory(plan_version=version, text="Read a page aloud")
    ProvisionLineFactory(plan_version=version, text="Reading programme with an assistant, alone")
    ProvisionLineFactory(
        plan_version=version, text="Access to breaks", minutes=None, times=None, per="", who="", group_size=None
    )
    return version


@pytest.fixture
def as_senco(sign_in, senco):
    return sign_in(senco)


def at(name, *arguments):
    return reverse(f"ehcp:{name}", args=arguments)


def words(response):
    return response.content.decode()


# --- The list ----------------------------------------------------------------------------------------------------
def test_the_list_shows_plans_in_force_with_what_to_look_at(as_senco, plan, version):
    page = words(as_senco.get(at("plan-list")))

    assert "Kezia Adeyemi" in page
    assert "Westmarch" in page
    assert "1 vague line<" in page


def test_the_list_says_when_it_is_empty(as_senco):
    assert "No EHC plan yet" in words(as_senco.get(at("plan-list")))
    assert "No plan fits" in words(as_senco.get(at("plan-list"), {"gap": "vague"}))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "kezia"}, True),
        ({"q": "leo"}, False),
        ({"year": "5"}, True),
        ({"year": "6"}, False),
        ({"gap": "vague"}, True),
        ({"gap": "worker"}, True),
        ({"gap": "date"}, False),
        ({"gap": "words"}, False),
        ({"review": "none"}, True),
        ({"review": "open"}, False),
        ({"show": "ceased"}, False),
        ({"show": "left"}, False),
        ({"show": "rubbish", "year": "99", "authority": "x"}, True),
    ],
)
def test_filters_narrow_the_list(as_senco, plan, version, query, found):
    assert ("Kezia Adeyemi" in words(as_senco.get(at("plan-list"), query))) == found


def test_the_filter_by_authority(as_senco, plan, school):
    other = LocalAuthorityFactory(school=school)

    assert "Kezia" in words(as_senco.get(at("plan-list"), {"authority": plan.authority_id}))
    assert "Kezia" not in words(as_senco.get(at("plan-list"), {"authority": other.pk}))


def test_the_list_asks_the_same_whatever_its_length(as_senco, school, authority, count_queries):
    def add(count):
        for _ in range(count):
            version = PlanVersionFactory(plan=PlanFactory(pupil=PupilFactory(school=school), authority=authority))
            ProvisionLineFactory(plan_version=version, text="Regular help")

    add(2)
    few = count_queries(at("plan-list"))
    add(15)

    assert count_queries(at("plan-list")) == few


def test_vague_lines_are_listed_by_child_and_by_whether_asked(as_senco, plan, version):
    assert "Access to breaks" in words(as_senco.get(at("plan-vague")))
    assert "Access to breaks" not in words(as_senco.get(at("plan-vague"), {"show": "asked"}))
    version.lines.filter(text="Access to breaks").update(challenged_on=date(2026, 11, 2))

    assert "Access to breaks" in words(as_senco.get(at("plan-vague"), {"show": "asked"}))


def test_transfers_go_by_the_ages_of_the_school(as_senco, school, authority, senco):
    need = NeedType.objects.get(code="ASD")
    for year, name in (("6", "Leaving"), ("3", "Staying")):
        pupil = PupilFactory(school=school, year_group=year, legal_forename=name)
        plan_services.start_plan(pupil=pupil, authority=authority, made_on=MADE, needs=[need], by=senco)

    page = words(as_senco.get(at("plan-transfers")))

    assert "Leaving" in page
    assert "Staying" not in page
    assert "Not started" in page
    assert "15 Feb 2027" in page


# --- One plan ----------------------------------------------------------------------------------------------------
def test_the_page_shows_the_plan_whole_and_keeps_the_read(as_senco, plan, version):
    Contact.objects.create(pupil=plan.pupil, name="Folake Adeyemi", has_parental_responsibility=True, lives_with=True)
    Contact.objects.create(pupil=plan.pupil, name="Dean Clarke", has_parental_responsibility=True)

    page = words(as_senco.get(at("plan-detail", plan.pk)))

    assert "Canary needs" in page
    assert "Read a page aloud" in page
    assert "1 of 2 vague" in page
    assert "“Access to”" in page
    assert "Another home" in page
    assert "No caseworker is named" in page
    assert Read.objects.filter(what="EHC plan", pupil_id=plan.pupil_id).exists()
    assert "Kezia" not in page.split("</title>")[0]


def test_those_who_teach_read_outcomes_and_provision_and_nothing_else(sign_in, teacher, plan, version):
    page = words(sign_in(teacher).get(at("plan-detail", plan.pk)))

    assert "Read a page aloud" in page
    assert "Reading programme" in page
    assert "<strong>in words</strong>" in page
    assert "Canary needs" not in page
    assert "Westmarch" not in page
    assert "vague" not in page.lower()


def test_a_draft_is_nothing_for_the_classroom(sign_in, teacher, plan, version):
    PlanVersion.objects.update(kind="draft")

    assert "Read a page aloud" not in words(sign_in(teacher).get(at("plan-detail", plan.pk)))


def test_what_is_missing_is_named_with_where_to_mend_it(as_senco, plan):
    Plan.objects.filter(pk=plan.pk).update(made_on=None)

    plan.pupil.register_entries.filter(ends_on=None).update(code="E")
    page = words(as_senco.get(at("plan-detail", plan.pk)))

    assert "The date of the plan is not known" in page
    assert at("plan-issue", plan.pk) in page
    assert at("plan-read", plan.pk) in page


def test_a_draft_is_called_one(as_senco, pupil, authority, senco):
    plan = plan_services.start_plan(pupil=pupil, authority=authority, state=plan_services.DRAFT, by=senco)

    assert "Draft: the final plan is not issued yet" in words(as_senco.get(at("plan-detail", plan.pk)))
    assert "Draft" in words(as_senco.get(at("plan-list")))


def test_a_plan_that_names_another_school_says_so(as_senco, plan):
    Plan.objects.filter(pk=plan.pk).update(names="other", named_school="Elm School")

    assert "names Elm School, not this school" in words(as_senco.get(at("plan-detail", plan.pk)))


def test_the_page_asks_the_same_whatever_the_plan_holds(as_senco, plan, version, count_queries):
    few = count_queries(at("plan-detail", plan.pk))
    for _ in range(10):
        ProvisionLineFactory(plan_version=version, text="Regular help")
        PlanOutcomeFactory(plan_version=version)

    assert count_queries(at("plan-detail", plan.pk)) == few


# --- Recording ---------------------------------------------------------------------------------------------------
def test_a_plan_is_recorded_through_the_pages(as_senco, pupil, authority):
    chosen = as_senco.get(at("plan-new"), {"q": "kezia"})
    assert f"?pupil={pupil.pk}" in words(chosen)
    address = f"{at('plan-new')}?pupil={pupil.pk}"
    assert "Westmarch" in words(as_senco.get(address))

    answers = {
        "state": "final",
        "authority": authority.pk,
        "made_on": "2026-03-16",
        "names": "here",
        "need": NeedType.objects.get(code="SLCN").pk,
    }
    response = as_senco.post(address, answers)

    plan = Plan.objects.get()
    assert response.url == at("plan-detail", plan.pk)
    assert register.open_entry(pupil).code == "E"


def test_a_refusal_keeps_what_was_typed(as_senco, pupil, authority):
    address = f"{at('plan-new')}?pupil={pupil.pk}"
    answers = {"state": "final", "authority": authority.pk, "made_on": "2026-03-16", "names": "here", "note": "Mine"}

    response = as_senco.post(address, answers)

    assert response.status_code == 422
    assert "type of need" in words(response)
    assert "Mine" in words(response)


def test_without_an_authority_the_page_says_what_to_do(as_senco, pupil):
    assert "Add the authority" in words(as_senco.get(f"{at('plan-new')}?pupil={pupil.pk}"))


def test_odd_numbers_of_a_pupil_are_not_found(as_senco, foreign_pupil):
    assert as_senco.get(f"{at('plan-new')}?pupil={foreign_pupil.pk}").status_code == 404
    assert as_senco.get(f"{at('plan-new')}?pupil={'9' * 30}").status_code == 200
    assert as_senco.get(f"{at('plan-new')}?pupil=x").status_code == 200


# --- A plan that a request led to --------------------------------------------------------------------------------
@pytest.fixture
def request_made(pupil, authority):
    return NeedsAssessmentFactory(
        pupil=pupil,
        authority=authority,
        caseworker=CaseworkerFactory(authority=authority, name="Grace Tilley"),
        sent_at=datetime(2025, 11, 3, 10, tzinfo=LONDON),
        method="email",
        received_on=date(2025, 11, 3),
        final_on=MADE,
        closed_on=MADE,
        close_reason="The final plan came",
    )


def new_plan_of(case):
    return f"{at('plan-new')}?pupil={case.pupil_id}&assessment={case.pk}"


def answers_for(case, **changes):
    need = NeedType.objects.get(code="SLCN").pk
    plain = {"state": "final", "authority": case.authority_id, "made_on": "2026-03-16", "names": "here", "need": need}
    return plain | changes


def test_what_the_request_knows_is_filled_in(as_senco, request_made, school):
    LocalAuthorityFactory(school=school, name="Eastmarch")

    response = as_senco.get(new_plan_of(request_made))

    form = response.context["form"]
    assert "From the request sent on Mon 3 Nov 2025" in words(response)
    assert form["authority"].value() == request_made.authority_id
    assert form["caseworker"].value() == request_made.caseworker_id
    assert form["made_on"].value() == MADE
    assert form["state"].value() == "final"


def test_request_with_the_draft_out_offers_a_draft(as_senco, request_made):
    NeedsAssessment.objects.update(final_on=None, closed_on=None, draft_served_on=date(2026, 2, 16))

    form = as_senco.get(new_plan_of(request_made)).context["form"]

    assert form["state"].value() == "draft"
    assert not form["made_on"].value()


def test_who_is_not_in_use_any_more_is_not_filled_in(as_senco, request_made, authority):
    Caseworker.objects.update(ended_on=MADE)
    LocalAuthority.objects.update(ended_on=MADE)

    form = as_senco.get(new_plan_of(request_made)).context["form"]

    assert form["authority"].value() is None
    assert form["caseworker"].value() is None


def test_plan_and_request_name_each_other(as_senco, request_made):
    assert as_senco.post(new_plan_of(request_made), answers_for(request_made)).status_code == 302

    plan = Plan.objects.get()
    request_made.refresh_from_db()
    assert request_made.plan == plan
    assert request_made.history.first().plan_id == plan.pk
    assert Event.objects.filter(code="ehcp.request_plan", subject_id=request_made.pk).count() == 1
    of_plan = words(as_senco.get(at("plan-detail", plan.pk)))
    link = f'<a href="{at("assessment-detail", request_made.pk)}">request sent on Mon 3 Nov 2025</a>'
    assert f"From the {link}" in of_plan
    of_request = words(as_senco.get(at("assessment-detail", request_made.pk)))
    assert f'<a href="{at("plan-detail", plan.pk)}">plan of Mon 16 Mar 2026</a>' in of_request
    assert "Record the plan" not in of_request


def test_request_of_another_child_or_school_is_not_there(as_senco, request_made, other_pupil, foreign_pupil):
    foreign = NeedsAssessmentFactory(pupil=foreign_pupil)
    for address in (
        f"{at('plan-new')}?pupil={other_pupil.pk}&assessment={request_made.pk}",
        f"{at('plan-new')}?pupil={request_made.pupil_id}&assessment={foreign.pk}",
    ):
        assert as_senco.get(address).status_code == 404
        assert as_senco.post(address, answers_for(request_made)).status_code == 404
    assert not Plan.objects.exists()
    assert as_senco.get(f"{at('plan-new')}?pupil={request_made.pupil_id}&assessment=x").status_code == 200


def test_request_that_has_its_plan_leads_there(as_senco, request_made):
    as_senco.post(new_plan_of(request_made), answers_for(request_made))
    plan = Plan.objects.get()

    assert as_senco.get(new_plan_of(request_made)).url == at("plan-detail", plan.pk)
    Plan.objects.update(ceased_on=MADE)
    response = as_senco.post(new_plan_of(request_made), answers_for(request_made, note="Typed words"))

    assert response.status_code == 422
    assert "stands with this request already" in words(response)
    assert "Typed words" in words(response)
    assert Plan.objects.count() == 1


def test_request_closed_without_a_plan_leads_to_none(as_senco, request_made):
    NeedsAssessment.objects.update(final_on=None, close_reason="Withdrawn")

    response = as_senco.post(new_plan_of(request_made), answers_for(request_made))

    assert response.status_code == 422
    assert "closed without a plan on Mon 16 Mar 2026" in words(response)
    assert not Plan.objects.exists()


def test_plan_entered_by_mistake_lets_the_request_go(as_senco, senco, request_made):
    as_senco.post(new_plan_of(request_made), answers_for(request_made))

    ending.close_mistake(plan=Plan.objects.get(), reason="Wrong dates", by=senco)

    request_made.refresh_from_db()
    assert request_made.plan is None
    assert "Record the plan" in words(as_senco.get(at("assessment-detail", request_made.pk)))
    assert as_senco.get(new_plan_of(request_made)).status_code == 200


def test_plan_shows_the_request_to_assess_again(as_senco, plan):
    facts = {"kind": "again", "began_on": date(2026, 10, 5), "received_on": None}
    again = NeedsAssessmentFactory(pupil=plan.pupil, authority=plan.authority, plan=plan, **facts)

    page = words(as_senco.get(at("plan-detail", plan.pk)))

    assert "Request for a re-assessment begun on Mon 5 Oct 2026" in page
    assert "From the" not in page
    assert "Assessed again" in words(as_senco.get(at("assessment-detail", again.pk)))


def test_details_and_a_conflict_keep_both_versions(as_senco, plan):
    data = {"version": plan.version, "made_on": "2026-03-16", "names": "here", "note": "Mine"}
    Plan.objects.filter(pk=plan.pk).update(version=plan.version + 1, note="Theirs")

    response = as_senco.post(at("plan-edit", plan.pk), data)

    assert response.status_code == 422
    assert "Theirs" in words(response)
    assert "Mine" in words(response)


def test_the_ceasing_forms_say_that_somebody_was_quicker(as_senco, plan):
    data = {"version": plan.version, "proposed_on": "2026-10-01", "reason": "Mine"}
    Plan.objects.filter(pk=plan.pk).update(version=plan.version + 1)

    response = as_senco.post(at("plan-cease", plan.pk), data)
    assert response.status_code == 422
    assert "Two people changed this" in words(response)
    assert "Mine" in words(response)

    data["version"] = plan.version + 1
    assert as_senco.post(at("plan-cease", plan.pk), data).status_code == 302
    assert "considers ceasing this plan" in words(as_senco.get(at("plan-detail", plan.pk)))


def test_the_end_is_refused_in_words(as_senco, plan):
    response = as_senco.post(
        at("plan-end", plan.pk), {"version": plan.version, "ceased_on": "2026-10-01", "next_code": "K"}
    )

    assert response.status_code == 422
    assert "is not recorded" in words(response)


def test_placement_top_up_move_and_caseworker(as_senco, plan, school):
    new = LocalAuthorityFactory(school=school, name="Eastmarch")
    worker = CaseworkerFactory(authority=plan.authority, name="Grace Tilley")
    posts = [
        ("placement-add", {"setting": "Fernhill", "starts_on": "2026-04-01"}),
        ("top-up-add", {"band": "Band 3", "amount": "6000.50", "starts_on": "2026-04-01"}),
        ("plan-caseworker", {"caseworker": worker.pk, "version": plan.version}),
        ("plan-move", {"new_authority": new.pk, "moved_on": "2026-12-01", "aware_on": "2026-11-02"}),
    ]
    for name, data in posts:
        assert as_senco.post(at(name, plan.pk), data).status_code == 302, name

    page = words(as_senco.get(at("plan-detail", plan.pk)))
    for shown in ("Fernhill", "Band 3", "6000.50", "Grace Tilley", "Eastmarch", "Plan not transferred yet"):
        assert shown in page, shown
    assert as_senco.post(at("placement-end", plan.placements.get().pk), {"ends_on": "2026-07-20"}).status_code == 302
    move = plan.moves.get()
    assert as_senco.post(at("plan-move-edit", move.pk), {"parent_told_on": "2026-11-02"}).status_code == 422


def test_two_people_choose_the_caseworker_of_a_plan(as_senco, plan):
    grace, owen = (CaseworkerFactory(authority=plan.authority, name=name) for name in ("Grace Tilley", "Owen Marsh"))
    first = {"caseworker": grace.pk, "version": plan.version}
    assert as_senco.post(at("plan-caseworker", plan.pk), first).status_code == 302

    response = as_senco.post(at("plan-caseworker", plan.pk), first | {"caseworker": owen.pk})

    assert response.status_code == 422
    assert "Grace Tilley" in words(response)
    assert response.context["form"]["caseworker"].value() == str(owen.pk)
    plan.refresh_from_db()
    assert plan.caseworker == grace


# --- Words -------------------------------------------------------------------------------------------------------
def test_a_section_is_written_with_and_without_scripts(as_senco, version):
    address = at("section-edit", version.pk, "A")
    page = words(as_senco.get(address))
    assert page.index("prosemirror.js") < page.index("rich.js")
    assert "prosemirror.js" not in words(as_senco.get(at("version-detail", version.pk)))

    as_senco.post(address, {"html": "Likes trains", "seen": _seen(page)})
    assert version.sections.get(letter="A").html == "<p>Likes trains</p>"

    page = words(as_senco.get(address))
    as_senco.post(address, {"html_html": "<p>Likes <b>buses</b></p>", "html_kind": "rich", "seen": _seen(page)})
    assert version.sections.get(letter="A").html == "<p>Likes <strong>buses</strong></p>"


def _seen(page):
    return page.split('name="seen" value="')[1].split('"')[0]


def test_two_people_write_one_section_and_both_texts_are_shown(as_senco, version):
    address = at("section-edit", version.pk, "B")
    seen = _seen(words(as_senco.get(address)))
    version.sections.filter(letter="B").update(html="<p>Theirs</p>")

    response = as_senco.post(address, {"html": "Mine", "seen": seen})
    page = words(response)
    assert response.status_code == 422
    assert "<p>Theirs</p>" in page
    assert "Mine" in page

    as_senco.post(address, {"html": "Mine", "seen": _seen(page)})
    assert version.sections.get(letter="B").html == "<p>Mine</p>"


def test_a_section_of_100_000_letters_is_refused_and_kept_on_the_page(as_senco, version):
    long = "a" * (MAX_BYTES + 1)
    response = as_senco.post(at("section-edit", version.pk, "A"), {"html": long, "seen": ""})

    assert response.status_code == 422
    assert "Shorten it" in words(response)
    assert long in words(response)


def test_what_was_typed_comes_back_after_a_time_out(as_senco, senco, school, version):
    key = {"by": senco, "school_id": school.pk, "form_key": f"plan-section-{version.pk}-A"}
    save_draft(**key, data={"html_html": ["<p>Half done</p>"], "html_kind": ["rich"], "seen": [seen_of("")]})

    page = words(as_senco.get(at("section-edit", version.pk, "A")))
    assert "Half done" in page
    assert "This is your draft" in page

    as_senco.post(at("section-edit", version.pk, "A"), {"html": "Done", "seen": _seen(page)})
    assert load_draft(**key) is None


def test_an_unknown_section_is_not_found(as_senco, version):
    assert as_senco.get(at("section-edit", version.pk, "Z")).status_code == 404


def test_lines_and_outcomes_through_the_pages(as_senco, version):
    line = {"section": "F", "text": "Regular help", "minutes": "20", "times": "3", "per": "week"}
    assert as_senco.post(at("line-add", version.pk), line).status_code == 302
    added = version.lines.get(text="Regular help")
    assert as_senco.post(at("line-add", version.pk), line | {"per": ""}).status_code == 422
    assert as_senco.post(at("line-add", version.pk), line | {"minutes": "99999"}).status_code == 422

    page = words(as_senco.get(at("line-edit", added.pk)))
    changed = as_senco.post(at("line-edit", added.pk), line | {"text": "Daily help", "seen": _seen(page)})
    assert changed.status_code == 302
    assert as_senco.post(at("line-move", added.pk), {"way": "up"}).status_code == 302
    assert version.lines.get(text="Daily help").number == 2
    assert as_senco.post(at("line-remove", added.pk)).status_code == 302
    assert as_senco.get(at("line-edit", added.pk)).status_code == 404

    assert as_senco.post(at("outcome-add", version.pk), {"text": "Ride a bicycle"}).status_code == 302
    outcome = version.outcomes.get(text="Ride a bicycle")
    assert "Ride a bicycle" in words(as_senco.get(at("outcome-remove", outcome.pk)))
    assert as_senco.get(at("outcome-move", outcome.pk)).status_code == 405


def test_two_people_change_one_outcome(as_senco, version):
    outcome = version.outcomes.get()
    seen = _seen(words(as_senco.get(at("outcome-edit", outcome.pk))))
    version.outcomes.update(text="Theirs")

    response = as_senco.post(at("outcome-edit", outcome.pk), {"text": "Mine", "seen": seen})

    assert response.status_code == 422
    assert "Theirs" in words(response)
    assert "Mine" in words(response)
    assert (
        as_senco.post(at("outcome-edit", outcome.pk), {"text": "Mine", "seen": _seen(words(response))}).status_code
        == 302
    )


def test_a_line_is_asked_about(as_senco, plan, version):
    line = version.lines.get(text="Access to breaks")
    assert "It says no amount" in words(as_senco.get(at("line-challenge", line.pk)))

    as_senco.post(at("line-challenge", line.pk), {"challenged_on": "2026-11-02", "note": "How many?"})

    page = words(as_senco.get(at("plan-detail", plan.pk)))
    assert "Vague, asked about on Mon 2 Nov 2026" in page
    assert "How many?" in page


def test_versions_are_compared_with_words_and_icons(as_senco, plan, version):
    new = PlanVersionFactory(plan=plan, kind="amended", dated_on=date(2026, 10, 5))
    PlanSectionFactory(plan_version=new, letter="B", html="<p>Canary new needs</p>")

    page = words(as_senco.get(at("version-compare", new.pk)))

    assert "<ins>new </ins>" in page
    assert "Added" in page or "Changed" in page
    assert "Taken out" in page
    assert as_senco.get(at("version-compare", new.pk), {"other": "999999"}).status_code == 200


def test_one_version_has_nothing_to_compare(as_senco, version):
    assert "one version only" in words(as_senco.get(at("version-compare", version.pk)))


def test_dates_of_a_version_and_a_conflict(as_senco, version):
    data = {"version": 1, "kind": "final", "dated_on": "2026-03-17", "note": "Mine"}
    PlanVersion.objects.filter(pk=version.pk).update(edit_version=2, note="Theirs")

    response = as_senco.post(at("version-edit", version.pk), data)
    assert response.status_code == 422
    assert "Theirs" in words(response)

    assert as_senco.post(at("version-edit", version.pk), data | {"version": 2}).status_code == 302


# --- Reading a PDF -----------------------------------------------------------------------------------------------
def upload(content, name="plan.pdf"):
    return SimpleUploadedFile(name, content, content_type="application/pdf")


def read(client, plan, content, **values):
    data = {"upload": upload(content), "kind": "amended", "dated_on": "2026-10-05"} | values
    return client.post(at("plan-read", plan.pk), data)


def test_a_plan_is_read_checked_and_counts(as_senco, plan, django_capture_on_commit_callbacks):
    response = read(as_senco, plan, pdf_of(PLAN))
    version = plan.versions.get()
    assert response.url == at("version-check", version.pk)
    assert "is being read" in words(as_senco.get(response.url))
    run(version.reading.job_id)

    assert "0 of 12 checked" in words(as_senco.get(at("version-check", version.pk)))
    refused = as_senco.post(at("version-check", version.pk))
    assert refused.status_code == 422
    assert "Nobody has checked Section A" in words(refused)

    address = at("section-check", version.pk, "A")
    for _ in range(12):
        page = words(as_senco.get(address))
        assert at("version-page", version.pk, 1) in page
        html = page.split('name="html_html"')[1].split(">\n", 1)[1].split("</textarea>")[0]
        plain = page.split('rich-plain"')[1].split(">\n", 1)[1].split("</textarea>")[0]
        data = {"html": plain, "html_html": unescape(html), "seen": _seen(page), "then": "right"}
        address = as_senco.post(address, data).url
    assert address == at("version-check", version.pk)

    assert as_senco.post(address).url == at("version-detail", version.pk)
    assert "Robin likes trains." in words(as_senco.get(at("plan-detail", plan.pk)))


def test_a_locked_file_is_refused_and_the_form_keeps_the_rest(as_senco, plan):
    response = read(as_senco, plan, pdf_of(PLAN, password="x"), received_on="2026-10-06")

    assert response.status_code == 422
    assert "password" in words(response)
    assert "2026-10-06" in words(response)


def test_pages_and_the_original_are_for_those_who_see_the_case(client, sign_in, senco, teacher, plan):
    read(sign_in(senco), plan, pdf_of(PLAN, script=True))
    version = plan.versions.get()
    run(version.reading.job_id)

    picture = client.get(at("version-page", version.pk, 1))
    assert picture["Content-Type"] == "image/png"
    assert "sandbox" in picture["Content-Security-Policy"]
    assert client.get(at("version-page", version.pk, 99)).status_code == 404
    original = client.get(at("version-file", version.pk))
    assert original["Content-Disposition"] == 'attachment; filename="plan-2026-10-05.pdf"'
    assert "something that can act" in words(client.get(at("version-check", version.pk)))

    sign_in(teacher)
    for name, arguments in (("version-page", (version.pk, 1)), ("version-file", (version.pk,))):
        assert client.get(at(name, *arguments)).status_code == 403


def test_throwing_away_what_was_read(as_senco, plan):
    read(as_senco, plan, pdf_of(PLAN))
    version = plan.versions.get()

    assert "stays with the documents" in words(as_senco.get(at("version-discard", version.pk)))
    assert as_senco.post(at("version-discard", version.pk)).url == at("plan-detail", plan.pk)
    assert not plan.versions.exists()


def test_a_version_that_counts_is_not_checked_again(as_senco, version):
    assert as_senco.get(at("version-check", version.pk)).url == at("version-detail", version.pk)
    assert as_senco.get(at("section-check", version.pk, "A")).status_code == 404
    assert as_senco.get(at("version-discard", version.pk)).status_code == 404


# --- Authorities -------------------------------------------------------------------------------------------------
def test_authorities_named_in_records_are_offered(as_senco, school, pupil):
    school.local_authority = "Westmarch"
    school.save()
    pupil.home_authority = "Eastmarch"
    pupil.save()
    LocalAuthorityFactory(school=school, name="westmarch")

    page = words(as_senco.get(at("authority-list")))

    assert "?name=Eastmarch" in page
    assert "?name=Westmarch" not in page


def test_an_authority_is_added_once(as_senco, school):
    data = {"name": "Westmarch", "report_days": "7", "practice_note": "Its handbook"}
    assert as_senco.post(at("authority-add"), data).status_code == 302
    assert "Report in 7 days" in words(as_senco.get(at("authority-list")))

    response = as_senco.post(at("authority-add"), {"name": " westmarch "})
    assert response.status_code == 422
    assert "there already" in words(response)
    assert as_senco.post(at("authority-add"), {"name": "E", "report_days": "0"}).status_code == 422


def test_its_own_practice_works_the_dates_out_again(sign_in, head, authority, plan, monkeypatch):
    settled = []
    monkeypatch.setattr(authorities, "settle", lambda *rows: settled.extend(rows))
    client = sign_in(head)
    data = {"name": "Westmarch", "version": 1, "telephone": "01632 960001"}

    client.post(at("authority-edit", authority.pk), data)
    assert settled == []
    client.post(at("authority-edit", authority.pk), data | {"version": 2, "report_days": "7"})

    assert settled == [plan]


def test_an_authority_with_open_cases_stays(sign_in, head, authority, plan):
    client = sign_in(head)

    client.post(at("authority-end", authority.pk))
    authority.refresh_from_db()
    assert authority.ended_on is None

    Plan.objects.update(ceased_on=timezone.localdate())
    with later():
        client.post(at("authority-end", authority.pk))
    authority.refresh_from_db()
    assert authority.ended_on == timezone.localdate()
    with later(2):
        client.post(at("authority-end", authority.pk))
    assert LocalAuthority.objects.get(pk=authority.pk).ended_on is None


def test_two_people_change_one_authority(sign_in, head, authority):
    LocalAuthority.objects.filter(pk=authority.pk).update(version=5, practice_note="Theirs")

    response = sign_in(head).post(
        at("authority-edit", authority.pk), {"name": "Westmarch", "version": 1, "practice_note": "Mine"}
    )

    assert response.status_code == 422
    assert "Theirs" in words(response)


def test_a_caseworker_leaves_and_somebody_takes_over(as_senco, authority, plan):
    as_senco.post(at("caseworker-add", authority.pk), {"name": "Grace Tilley", "telephone": "01632 960002"})
    as_senco.post(at("caseworker-add", authority.pk), {"name": "Owen Marsh"})
    grace, owen = authority.caseworkers.order_by("name")
    Plan.objects.update(caseworker=grace)
    asked, done = (
        NeedsAssessmentFactory(pupil__school=plan.school, authority=authority, caseworker=grace, closed_on=closed_on)
        for closed_on in (None, date(2026, 10, 1))
    )
    assert as_senco.post(at("caseworker-edit", grace.pk), {"name": "Grace T"}).status_code == 302

    as_senco.post(at("caseworker-end", grace.pk), {"successor": owen.pk})

    plan.refresh_from_db()
    asked.refresh_from_db()
    done.refresh_from_db()
    assert plan.caseworker == asked.caseworker == owen
    assert asked.history.first().caseworker_id == owen.pk
    assert done.caseworker == grace
    assert "Owen Marsh" in words(as_senco.get(at("authority-detail", authority.pk)))


def test_a_caseworker_of_another_authority_does_not_take_over(as_senco, authority, school):
    worker = CaseworkerFactory(authority=authority)
    stranger = CaseworkerFactory(authority=LocalAuthorityFactory(school=school))

    assert as_senco.post(at("caseworker-end", worker.pk), {"successor": stranger.pk}).status_code == 422


def test_an_authority_that_is_missing_is_added_on_the_way(as_senco, pupil):
    start = f"{at('plan-new')}?pupil={pupil.pk}"
    assert f"{at('authority-add')}?next={quote(start)}" in as_senco.get(start).content.decode()

    added = as_senco.post(f"{at('authority-add')}?next={quote(start)}", {"name": "Northmarch"})

    assert (added.status_code, added.url) == (302, start)
    assert "Northmarch" in as_senco.get(start).content.decode()


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_adding_an_authority_leads_nowhere_else(as_senco, elsewhere):
    added = as_senco.post(f"{at('authority-add')}?next={elsewhere}", {"name": "Northmarch"})

    assert added.url.startswith("/plans/authorities/") or added.url.startswith(at("authority-list"))
