"""The parts of a plan: outcomes, targets and their values, strategies, notes with evidence, and voices."""

from functools import partial

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_GET

from sendco.audit import services as audit
from sendco.files.http import download_response
from sendco.files.kinds import extension_of
from sendco.files.services import FileNotAvailable
from sendco.formkit.page import ConfirmPage, form_page, posted
from sendco.formkit.versions import Versioned
from sendco.limits.services import check_limit
from staff.access import require_permission
from staff.permissions import Permission as P

from ...models import Need, PlanNote, PlanStrategy, PlanVoice, SupportOutcome, Target, TargetValue
from ...practice.selectors import notes
from .. import forms
from ..selectors import shown_targets
from ..services import doing, targets
from ..values import typed_value
from .shared import (
    READS,
    WRITES,
    address,
    below,
    need_lead,
    need_own_or_lead,
    plan_form,
    plan_in_view,
    plan_led,
    row_in_view,
)


def _confirm(request, plan, act, *, done, title, explanation, submit):
    page = below(plan, title=title, submit=submit) | {"explanation": explanation, "danger": True}
    return ConfirmPage(
        act=act, done=done, then=address(plan), refused_to=address(plan), page=page
    ).respond(request)  # fmt: skip


# --- Outcomes and targets ----------------------------------------------------------------------------------------
@require_permission(*WRITES)
@form_page
def outcome_add(request, pk):
    plan = plan_led(request, pk)
    return _outcome(request, plan, SupportOutcome(plan=plan), title="Add an outcome", submit="Add the outcome")


@require_permission(*WRITES)
@form_page
def outcome_edit(request, pk):
    outcome, plan = row_in_view(request, SupportOutcome.objects.filter(removed_on=None), pk)
    need_lead(request, plan)
    return _outcome(request, plan, outcome, title=f"Change outcome {outcome.number}", submit="Save the outcome")


def _outcome(request, plan, outcome, *, title, submit):
    # The form changes the row that it holds: the service compares with one of its own.
    rows = SupportOutcome.objects.visible_to(request.acting)
    held = get_object_or_404(rows, pk=outcome.pk) if outcome.pk else SupportOutcome(plan=plan)
    form = forms.OutcomeForm(posted(request), instance=held)
    return plan_form(
        request,
        form,
        lambda cleaned: targets.save_outcome(
            outcome=outcome, values=form.values, version=cleaned["version"], by=request.user
        ),
        plan=plan,
        title=title,
        submit=submit,
        done="Saved.",
    )


@require_permission(*WRITES)
@form_page
def outcome_remove(request, pk):
    outcome, plan = row_in_view(request, SupportOutcome.objects.filter(removed_on=None), pk)
    need_lead(request, plan)
    return _confirm(
        request,
        plan,
        partial(targets.remove_outcome, outcome=outcome, by=request.user),
        done="The outcome is removed.",
        title=f"Remove outcome {outcome.number}?",
        explanation="Its targets leave the plan with it. What was measured stays in the history.",
        submit="Remove the outcome",
    )


def _target(request, pk, *, current=True):
    rows = Target.objects.select_related("outcome__plan")
    return row_in_view(request, rows.current() if current else rows, pk)


@require_permission(*WRITES)
@form_page
def target_add(request, pk):
    outcome, plan = row_in_view(request, SupportOutcome.objects.filter(removed_on=None), pk)
    need_lead(request, plan)
    outcome.plan = plan
    target = Target(outcome=outcome, by_on=plan.review_on, measure="")
    return _target_form(request, plan, target, title="Add a target", submit="Add the target", lead=outcome.text)


@require_permission(*WRITES)
@form_page
def target_edit(request, pk):
    target, plan = _target(request, pk)
    need_lead(request, plan)
    return _target_form(
        request, plan, target, title=f"Change target {target.number}", submit="Save the target",
        lead=target.outcome.text,
    )  # fmt: skip


def _target_form(request, plan, target, **words):
    form = forms.TargetForm(posted(request), target=target)
    return plan_form(
        request,
        form,
        lambda cleaned: targets.save_target(
            target=target, values=form.values, version=cleaned["version"], by=request.user
        ),
        plan=plan,
        done=lambda saved: _said_of(saved),
        draft=f"target-{target.pk or f'of-{target.outcome_id}'}",
        versioned=Versioned(values=forms.TargetForm.values_of),
        **words,
    )


def _said_of(target):
    """What is said once a target is saved: that it is, and what it lacks or shares with others."""
    shown = shown_targets([target])[target.pk]
    notes = []
    if shown.gaps:
        notes.append(f"It has {', '.join(shown.gaps)} yet: nobody can say later whether it was reached.")
    if shown.same_elsewhere:
        others = "one other pupil has" if shown.same_elsewhere == 1 else f"{shown.same_elsewhere} other pupils have"
        notes.append(f"The same words: {others} them in a plan. Check that they fit this child.")
    if shown.typed_again:
        notes.append("An earlier plan has the same words. Say in the plan what is different this time.")
    return " ".join(["Saved.", *notes])


@require_permission(*WRITES)
@form_page
def target_end(request, pk):
    target, plan = _target(request, pk)
    need_lead(request, plan)
    return plan_form(
        request,
        forms.EndForm(posted(request)),
        lambda cleaned: targets.end_target(target=target, by=request.user, **cleaned),
        plan=plan,
        title=f"End target {target.number}",
        lead=target.text,
        submit="End the target",
        done="The target is ended. Its values stay.",
    )


@require_permission(*WRITES)
@form_page
def target_restore(request, pk):
    """Take the ending of a target back while its cycle is open."""
    target, plan = _target(request, pk, current=False)
    need_lead(request, plan)
    page = below(plan, title=f"Take the ending of target {target.number} back?", submit="Take it back") | {
        "explanation": "It stands in the plan again, with its values. A review that ended it can be changed again.",
        "cancel_words": "Leave it ended",
    }
    return ConfirmPage(
        act=partial(targets.restore_target, target=target, by=request.user),
        done="The target stands in the plan again.",
        then=address(plan),
        refused_to=address(plan),
        page=page,
    ).respond(request)


# --- Values ------------------------------------------------------------------------------------------------------
@require_permission(*WRITES)
@form_page
def value_add(request, pk):
    target, plan = _target(request, pk)
    initial = {"taken_on": timezone.localdate(), "version": 1}
    form = forms.ValueForm(posted(request), target=target, initial=initial)
    return _value(request, plan, TargetValue(target=target), form, f"Add a value to target {target.number}")


@require_permission(*WRITES)
@form_page
def value_edit(request, pk):
    value, plan = _value_in_view(request, pk)
    form = forms.ValueForm(posted(request), target=value.target, initial=_value_initial(value))
    return _value(request, plan, value, form, f"Correct a value of target {value.target.number}")


def _value_initial(value):
    return {
        "typed": typed_value(value), "taken_on": value.taken_on, "otherwise": value.otherwise, "note": value.note,
        "version": value.version,
    }  # fmt: skip


def _value_in_view(request, pk):
    rows = TargetValue.objects.filter(removed_on=None).select_related("target__outcome__plan")
    value, plan = row_in_view(request, rows, pk, plan_of=lambda row: row.target.outcome.plan)
    need_own_or_lead(request, plan, value.taken_by_id)
    return value, plan


def _value(request, plan, value, form, title):
    def save(cleaned):
        return targets.save_value(
            value=value, typed=cleaned["typed"], taken_on=cleaned["taken_on"], otherwise=cleaned["otherwise"],
            note_words=cleaned["note"], version=cleaned["version"], by=request.user,
        )  # fmt: skip

    return plan_form(
        request,
        form,
        save,
        plan=plan,
        title=title,
        lead=value.target.text,
        submit="Save the value",
        done="Saved.",
        versioned=Versioned(values=_value_initial),
    )


@require_permission(*WRITES)
@form_page
def value_remove(request, pk):
    value, plan = _value_in_view(request, pk)
    return _confirm(
        request,
        plan,
        partial(targets.remove_value, value=value, by=request.user),
        done="The value is taken out.",
        title=f"Take this value out of target {value.target.number}?",
        explanation="For one that was entered by mistake. It stays in the history.",
        submit="Take it out",
    )


# --- Strategies --------------------------------------------------------------------------------------------------
MOST_OFFERED = 8  # of What works, beside the form


@require_permission(*WRITES)
@form_page
def strategy_add(request, pk):
    plan = plan_in_view(request, pk)
    known = [need.need_type.code for need in plan.pupil.needs.filter(ends_on=None).select_related("need_type")]
    bank = [note for note in notes(request.acting) if not note.needs or set(note.needs) & set(known)]
    chosen = next((note for note in bank if str(note.pk) == request.GET.get("note")), None)
    initial = {"note": chosen.pk, "text": chosen.title} if chosen else {}
    form = forms.StrategyForm(posted(request), plan=plan, instance=PlanStrategy(plan=plan), initial=initial)
    return plan_form(
        request,
        form,
        lambda _cleaned: doing.add_strategy(plan=plan, values=form.values, by=request.user),
        plan=plan,
        title="Add a strategy",
        lead="What adults do, and who does it. Everybody who teaches the child may add one.",
        submit="Add the strategy",
        done="Added.",
        template="pupils/strategy_form.html",
        bank=bank[:MOST_OFFERED],
        chosen=chosen,
    )


def _strategy(request, pk):
    strategy, plan = row_in_view(request, PlanStrategy.objects.select_related("plan"), pk)
    need_own_or_lead(request, plan, strategy.added_by_id)
    return strategy, plan


@require_permission(*WRITES)
@form_page
def strategy_edit(request, pk):
    strategy, plan = _strategy(request, pk)
    held = get_object_or_404(PlanStrategy.objects.visible_to(request.acting), pk=strategy.pk)
    form = forms.StrategyForm(posted(request), plan=plan, instance=held)
    return plan_form(
        request,
        form,
        lambda cleaned: doing.change_strategy(
            strategy=strategy, values=form.values, version=cleaned["version"], by=request.user
        ),
        plan=plan,
        title="Change a strategy",
        submit="Save the strategy",
        done="Saved.",
    )


@require_permission(*WRITES)
@form_page
def strategy_end(request, pk):
    strategy, plan = _strategy(request, pk)
    return plan_form(
        request,
        forms.EndForm(posted(request)),
        lambda cleaned: doing.end_strategy(strategy=strategy, by=request.user, **cleaned),
        plan=plan,
        title="End a strategy",
        lead=strategy.text,
        submit="End the strategy",
        done="Ended. It stays in the record of this cycle.",
    )


@require_permission(*WRITES)
@form_page
def strategy_share(request, pk):
    strategy, plan = row_in_view(request, PlanStrategy.objects.select_related("plan"), pk)
    needs = Need.objects.filter(pupil=plan.pupil, ends_on=None).values_list("need_type__code", flat=True)
    initial = {"title": strategy.text[:120], "text": strategy.text, "needs": list(needs)}
    return plan_form(
        request,
        forms.ShareForm(posted(request), initial=initial),
        lambda cleaned: doing.share_strategy(strategy=strategy, by=request.user, **cleaned),
        plan=plan,
        title="Add this strategy to What works",
        lead="Colleagues find it there by type of need, and say how it went.",
        submit="Add it",
        done="It is in What works now.",
        refused_on="text",
    )


# --- Notes and evidence ------------------------------------------------------------------------------------------
@require_permission(*WRITES)
@form_page
def plan_note_add(request, pk):
    plan = plan_in_view(request, pk)
    initial = {"happened_on": timezone.localdate(), "kind": PlanNote.Kind.NOTE, "version": 1}
    return _note(request, plan, PlanNote(plan=plan), initial, title="Add a note or evidence", submit="Add it")


@require_permission(*WRITES)
@form_page
def plan_note_edit(request, pk):
    note, plan = _note_in_view(request, pk)
    initial = {name: getattr(note, name) for name in ("kind", "text", "happened_on", "target", "version")}
    return _note(request, plan, note, initial, title="Change a note", submit="Save the note")


def _note_in_view(request, pk):
    rows = PlanNote.objects.filter(removed_on=None).select_related("plan")
    note, plan = row_in_view(request, rows, pk)
    need_own_or_lead(request, plan, note.added_by_id)
    return note, plan


def _note(request, plan, note, initial, **words):
    if request.method == "POST" and request.FILES:
        check_limit("upload", request.user.pk)
    form = forms.PlanNoteForm(posted(request), request.FILES or None, plan=plan, initial=initial)

    def save(cleaned):
        return doing.save_plan_note(
            plan_note=note, values=form.values, version=cleaned["version"], by=request.user, upload=cleaned["upload"]
        )

    return plan_form(
        request,
        form,
        save,
        plan=plan,
        done="Kept.",
        draft=f"plan-note-{note.pk or f'of-{plan.pk}'}",
        leaves=("words_checked", "upload"),
        **words,
    )


@require_permission(*WRITES)
@form_page
def plan_note_remove(request, pk):
    note, plan = _note_in_view(request, pk)
    return _confirm(
        request,
        plan,
        partial(doing.remove_plan_note, plan_note=note, by=request.user),
        done="Removed.",
        title="Remove this note?",
        explanation="Nobody reads it on the plan then. That it was here stays in the history.",
        submit="Remove it",
    )


@require_permission(*READS)
@require_GET
def plan_note_file(request, pk):
    """Send the photo or file under a name that says nothing of the child."""
    rows = PlanNote.objects.filter(removed_on=None, file_id__isnull=False).select_related("plan")
    note, plan = row_in_view(request, rows, pk)
    note.plan = plan
    stored = doing.file_of(note)
    if stored is None:
        raise Http404
    audit.record_read(
        school_id=plan.pupil.school_id, pupil_id=plan.pupil_id, by=request.user, what="plan evidence"
    )  # fmt: skip
    try:
        name = f"evidence-{note.happened_on:%Y-%m-%d}.{extension_of(stored.name)}"
        return download_response(stored, filename=name)
    except FileNotAvailable as error:
        messages.warning(request, str(error))
        return redirect(address(plan))


# --- Voices ------------------------------------------------------------------------------------------------------
@require_permission(*WRITES)
@form_page
def voice_add(request, pk):
    plan = plan_in_view(request, pk)
    stage = PlanVoice.Stage.PLAN
    initial = {"said_on": timezone.localdate(), "stage": stage, "version": 1}
    return _voice(request, plan, PlanVoice(plan=plan), initial, title="Add what somebody says", submit="Keep it")


@require_permission(*WRITES)
@form_page
def voice_edit(request, pk):
    voice, plan = _voice_in_view(request, pk)
    initial = {name: getattr(voice, name) for name in ("words", "method", "said_on", "version")}
    who = "a parent" if voice.contact else plan.pupil.forename
    return _voice(request, plan, voice, initial, title=f"Change what {who} says", submit="Save it")


def _voice_in_view(request, pk):
    rows = PlanVoice.objects.filter(removed_on=None).select_related("plan", "contact")
    voice, plan = row_in_view(request, rows, pk)
    need_own_or_lead(request, plan, voice.taken_by_id)
    return voice, plan


def _voice(request, plan, voice, initial, **words):
    named = request.acting.can(P.CONTACT_VIEW)
    form = forms.VoiceForm(posted(request), plan=plan, voice=voice, named=named, initial=initial)

    def save(cleaned):
        return doing.save_voice(voice=voice, values=form.values, version=cleaned["version"], by=request.user)

    return plan_form(
        request,
        form,
        save,
        plan=plan,
        done="Kept.",
        draft=f"voice-{voice.pk or f'of-{plan.pk}'}",
        leaves=("words_checked",),
        lead="Word for word where you can. Each person's words stay their own.",
        **words,
    )


@require_permission(*WRITES)
@form_page
def voice_remove(request, pk):
    voice, plan = _voice_in_view(request, pk)
    return _confirm(
        request,
        plan,
        partial(doing.remove_voice, voice=voice, by=request.user),
        done="Removed.",
        title="Remove these words?",
        explanation="For words that were written down for the wrong child or by mistake. They stay in the history.",
        submit="Remove them",
    )
