"""Scores of a run, and the meeting at which it is reviewed."""

from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from sendco.audit.services import record_reads
from sendco.formkit.page import ConfirmPage, FormPage, form_page, posted
from sendco.formkit.versions import Versioned, nothing
from staff.access import require_permission
from staff.permissions import Permission as P

from ..models import PlaceScore, Provision
from ..runs.selectors import leads_now
from ..runs.views import address, page_of, run_in_view
from . import forms, selectors, services
from .services import Taken


def _run(request, pk):
    """A run whose scores this person enters: one that they lead, or any in view for whoever sets up provision."""
    run = run_in_view(request, pk)
    if not request.acting.can(P.PROVISION_EDIT) and not leads_now(request.acting, run):
        raise Http404
    return run


def _places(run):
    return list(run.places.select_related("pupil", "provision__intervention"))


def _read(request, places):
    ids = [place.pupil_id for place in places]
    record_reads(school_id=request.acting.school.pk, pupil_ids=ids, by=request.user, what="scores")


@require_permission(P.PROVISION_LOG, P.PROVISION_EDIT)
@form_page
def scores_add(request, pk):
    run = _run(request, pk)
    places = _places(run)
    found = selectors.of_places(places)
    measures = selectors.measures_of([run.intervention_id]).get(run.intervention_id, [])
    children = [(one.place, _there(one)) for one in found]
    form = forms.ScoresForm(
        posted(request),
        school=request.acting.school,
        children=children,
        measures=measures,
        initial={"point": _usual(run, found, request.acting.today)} | _asked(request.GET),
    )

    def save(cleaned):
        taken = Taken(
            cleaned["kind"], cleaned["point"], cleaned["taken_on"], rater=cleaned["rater"], form=cleaned["form"]
        )
        return services.enter_scores(run=run, taken=taken, scores=form.scores, by=request.user)

    _read(request, places)
    return FormPage(
        form=form,
        save=save,
        done=lambda rows: f"{len(rows)} scores kept." if len(rows) > 1 else "The score is kept.",
        then=address(run),
        page=page_of(f"Scores of {run.name}", submit="Keep the scores", cancel=address(run), run=run),
        template="provision/scores_form.html",
    ).respond(request)


def _usual(run, found, today):
    """Before, until everybody has a score before; then while it runs, and after towards its end."""
    if any(not any(line.before for line in one.lines) for one in found):
        return PlaceScore.Point.ENTRY
    return PlaceScore.Point.EXIT if today >= run.ends_on - selectors.SOON else PlaceScore.Point.DURING


def _there(one):
    """What stands for a child already, in words."""
    found = []
    for line in one.lines:
        for words, score in (("before", line.before), ("after", line.after)):
            if score:
                found.append(f"{line.name} {words}: {score.score.normalize():f} ({score.taken_on:%d/%m/%Y})")
    return found


def _asked(data):
    """What a link says about the scores to come."""
    kind, point = data.get("kind", ""), data.get("point", "")
    asked = {"kind": kind} if kind.isdecimal() and len(kind) < LONGEST_ID else {}
    return asked | ({"point": point} if point in PlaceScore.Point.values else {})


LONGEST_ID = 12


@require_permission(P.PROVISION_LOG, P.PROVISION_EDIT)
@form_page
def scores_use(request, pk):
    run = _run(request, pk)
    places = _places(run)
    measures = selectors.measures_of([run.intervention_id]).get(run.intervention_id, [])
    form = forms.UseForm(posted(request), candidates=selectors.candidates(run, places, measures))
    page = page_of(f"Which scores count for {run.name}?", submit="Use these", cancel=address(run), run=run)
    page["lead"] = (
        "Scores of the measures of this run that stand on the records, taken near its days. What is proposed goes by "
        "the day on which each was taken."
    )
    there = selectors.linked_scores(places)
    page["ties"] = [row for place in places for row in _with_place(there.get(place.pk, []), place)]
    _read(request, places)
    return FormPage(
        form=form,
        save=lambda cleaned: services.tie_scores(chosen=form.chosen, by=request.user),
        done=lambda count: f"{count} scores used." if count else "Nothing has changed.",
        then=address(run),
        page=page,
        template="provision/scores_use.html",
    ).respond(request)


def _with_place(rows, place):
    """The rows with the place that is loaded already."""
    for row in rows:
        row.place = place
    return rows


@require_permission(P.PROVISION_LOG, P.PROVISION_EDIT)
@form_page
def score_untie(request, pk):
    rows = PlaceScore.objects.filter(place__provision__in=Provision.objects.visible_to(request.acting))
    row = get_object_or_404(rows.select_related("place__provision", "place__pupil", "score"), pk=pk)
    run = _run(request, row.place.provision_id)
    title = f"Take {row.score.test} of {row.place.pupil.name} out of {run.name}?"
    page = page_of(title, submit="Take it out", cancel=address(run), run=run)
    page["explanation"] = "The score stays on the record. It no longer counts for this run."
    return ConfirmPage(
        act=lambda: services.untie_score(row=row, by=request.user), done="Taken out.", then=address(run), page=page
    ).respond(request)


# --- The review --------------------------------------------------------------------------------------------------
@require_permission(P.PROVISION_EDIT)
@require_GET
def review_list(request):
    context = page_of("Provision to review") | {
        "runs": selectors.to_review(request.acting)[:200],
        "today": request.acting.today,
    }
    return render(request, "provision/review_list.html", context)


@require_permission(P.PROVISION_EDIT)
@form_page
def provision_review(request, pk):
    run = run_in_view(request, pk)
    places = _places(run)
    children = selectors.of_places(places)
    came = selectors.came_to(places)
    for one in children:
        one.came = came.get(one.place.pk)
    form = forms.ReviewForm(posted(request), children=children, points=selectors.points_of(request.acting.school))

    @transaction.atomic
    def save(cleaned):
        rows = [
            services.decide(place=place, values=values, version=version, by=request.user)
            for place, values, version in form.decisions
        ]
        return len(rows)

    _read(request, places)
    return FormPage(
        form=form,
        save=save,
        done=lambda count: f"Reviewed: {count} pupil{'' if count == 1 else 's'}." if count else "Nothing has changed.",
        then=address(run),
        page=page_of(f"Review of {run.name}", submit="Save the review", cancel=address(run), run=run) | {"run": run},
        template="provision/review_form.html",
        versioned=Versioned(
            values=nothing,
            words="Somebody else reviewed this run meanwhile. Open the page again to see what they said.",
            renews=False,
        ),
    ).respond(request)


@require_permission(P.PROVISION_EDIT)
@form_page
def outcome_points(request):
    school = request.acting.school
    form = forms.PointsForm(posted(request), points=selectors.points_of(school))
    back = reverse("provision:review-list")
    page = page_of("How an outcome is judged", submit="Save", cancel=back)
    page["lead"] = "Five points, in your own words. What was judged before keeps its point and shows the new words."
    return FormPage(
        form=form,
        save=lambda cleaned: services.set_points(school=school, labels=form.labels, by=request.user),
        done="Saved.",
        then=back,
        page=page,
    ).respond(request)
