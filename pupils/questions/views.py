"""Ask the SENDCo: a question on a pupil or in general, answered here, and shared where it helps others."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.views.decorators.http import require_GET

from sendco.audit import services as audit
from sendco.formkit.page import ConfirmPage, FormPage, form_page, posted
from sendco.formkit.versions import Versioned, nothing
from staff.access import require_permission
from staff.permissions import Permission as P

from ..concerns.forms import CarefulForm
from ..models import Need, Pupil, QuestionReply, SencoQuestion
from ..plans.forms import ShareForm
from . import services

READS = (P.SUPPORT_VIEW,)
LEADS = (P.SUPPORT_LEAD,)
LIST = ("Questions", reverse_lazy("pupils:question-list"))
PER_PAGE = 40


class WordsForm(CarefulForm):
    careful = ("words",)
    words = forms.CharField(
        max_length=3000, widget=forms.Textarea(attrs={"rows": 4}), error_messages={"required": "Write a line or two."}
    )

    def __init__(self, *args, label, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["words"].label = label


class ChangeForm(WordsForm):
    """One's own words, and whether they are about the pupil."""

    pupil = forms.ModelChoiceField(
        label="About", queryset=Pupil.objects.none(), required=False, empty_label="No pupil: a general question"
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, pupil=None, **kwargs):
        super().__init__(*args, **kwargs)
        if pupil is None:
            del self.fields["pupil"]
        else:
            self.fields["pupil"].queryset = Pupil.objects.filter(pk=pupil.pk)
            self.fields["pupil"].label_from_instance = lambda row: row.name

    def stored_fields(self):
        return [name for name in ("words", "pupil") if name in self.fields]

    @property
    def values(self):
        return {name: self.cleaned_data[name] for name in self.stored_fields()}


def _page(title, *, submit="", back=None, **more):
    return {
        "title": title, "tab_title": submit or "Question", "section": "questions", "crumbs": [LIST], "submit": submit,
        "cancel": back or LIST[1],
    } | more  # fmt: skip


def address(question):
    return reverse("pupils:question-detail", args=[question.pk])


def _question(request, pk):
    rows = SencoQuestion.objects.visible_to(request.acting).select_related("school", "pupil", "asked_by", "shared")
    return get_object_or_404(rows, pk=pk)


@require_permission(*READS)
@require_GET
def question_list(request):
    """One's own questions; for whoever leads support those of all, the oldest that waits first."""
    acting, today = request.acting, timezone.localdate()
    leads = acting.can(*LEADS)
    shown = request.GET.get("show")
    shown = shown if shown in ("waiting", "all") else "waiting" if leads else "all"
    rows = SencoQuestion.objects.visible_to(acting).select_related("pupil", "asked_by")
    rows = rows.waiting().order_by("asked_on", "pk") if shown == "waiting" else rows
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {"title": "Questions", "section": "questions", "page": page, "shown": shown, "leads": leads}
    return render(request, "pupils/question_list.html", context | {"today": today})


@require_permission(*READS)
@form_page
def question_ask(request):
    return _ask(request, None)


@require_permission(*READS)
@form_page
def question_ask_pupil(request, pk):
    return _ask(request, get_object_or_404(Pupil.objects.visible_to(request.acting), pk=pk))


def _ask(request, pupil):
    school = request.acting.school
    back = reverse("pupil-detail", args=[pupil.pk]) if pupil else None
    return FormPage(
        form=WordsForm(posted(request), school=school, label="What would you like to know?"),
        save=lambda cleaned: services.ask(
            question=SencoQuestion(school=school, pupil=pupil, words=cleaned["words"]), by=request.user
        ),
        done="Asked. You get an email when it is answered, and find the answer on your home page and here.",
        then=address,
        page=_page(
            f"Ask the SENDCo about {pupil.name}" if pupil else "Ask the SENDCo", submit="Ask", back=back,
            lead="Is a child at risk? Do not ask here: speak to the safeguarding lead now.",
        ),
        draft=f"question-{pupil.pk if pupil else 'general'}",
        leaves=("words_checked",),
    ).respond(request)  # fmt: skip


@require_permission(*READS)
@form_page
def question_detail(request, pk):
    """What was asked and said, with the box for the next word."""
    question = _question(request, pk)
    if request.method == "GET" and question.pupil_id:
        audit.record_read(
            school_id=question.school_id, pupil_id=question.pupil_id, by=request.user, what="question to the SENDCo"
        )  # fmt: skip
    is_mine = question.asked_by_id == request.user.pk
    label = "Ask further" if is_mine else "Your answer"
    return FormPage(
        form=WordsForm(posted(request), school=question.school, label=label),
        save=lambda cleaned: services.say(question=question, words=cleaned["words"], by=request.user),
        done="Sent.",
        then=address,
        page=lambda: _page(
            f"Question about {question.pupil.name}" if question.pupil else "Question", submit="Send"
        ) | {
            "tab_title": "Question", "question": question, "is_mine": is_mine,
            "replies": question.replies.select_related("by"), "may_lead": request.acting.can(*LEADS),
        },
        template="pupils/question_detail.html",
        draft=f"question-say-{question.pk}",
        leaves=("words_checked",),
        versioned=Versioned(values=nothing),
    ).respond(request)  # fmt: skip


@require_permission(*READS)
@form_page
def question_edit(request, pk):
    """By who asked: other words, or about no pupil after all."""
    question = _question(request, pk)
    return _put_right(request, question, question, question.asked_by_id, question.pupil, "Change the question")


@require_permission(*READS)
@form_page
def reply_edit(request, pk):
    """By who wrote it."""
    rows = QuestionReply.objects.visible_to(request.acting).select_related("question__school")
    reply = get_object_or_404(rows, pk=pk)
    return _put_right(request, reply, reply.question, reply.by_id, None, "Change what you wrote")


def _put_right(request, row, question, author, pupil, title):
    if author != request.user.pk:
        messages.info(request, "Only whoever wrote it changes it.")
        return redirect(address(question))
    initial = {"words": row.words, "pupil": pupil, "version": row.version}
    form = ChangeForm(posted(request), school=question.school, label="Your words", pupil=pupil, initial=initial)
    return FormPage(
        form=form,
        save=lambda cleaned: services.put_right(
            row=row, values=form.values, version=cleaned["version"], by=request.user
        ),
        done="Changed.",
        then=address(question),
        page=_page(title, submit="Save", back=address(question)),
        leaves=("words_checked",),
    ).respond(request)


@require_permission(*READS)
@form_page
def question_close(request, pk):
    """By who asked, and by who leads support: close it, or open it again."""
    question = _question(request, pk)
    if question.asked_by_id != request.user.pk and not request.acting.can(*LEADS):
        raise PermissionDenied
    closing = question.closed_on is None
    answered = closing and question.answered_on is not None and question.asked_by_id == request.user.pk
    words = "Close the question" if closing else "Open it again"
    said = "It waits for an answer again, if none was given."
    if closing:
        said = "You have what you need." if answered else "It needs no answer any more."
    return ConfirmPage(
        act=lambda: services.set_closed(question=question, closed=closing, by=request.user),
        done="Closed." if closing else "Open again.",
        then=address(question),
        page=_page(words, submit=words, back=address(question), explanation=said),
    ).respond(request)


@require_permission(*LEADS)
@form_page
def question_share(request, pk):
    """Put the answer into What works, for everybody and about no child."""
    question = _question(request, pk)
    last = question.replies.exclude(by=question.asked_by_id).last()
    needs = Need.objects.filter(pupil=question.pupil_id, ends_on=None) if question.pupil_id else Need.objects.none()
    initial = {"text": last.words if last else "", "needs": list(needs.values_list("need_type__code", flat=True))}
    return FormPage(
        form=ShareForm(posted(request), initial=initial),
        save=lambda cleaned: services.share(question=question, values=cleaned, by=request.user),
        done="It is in What works now.",
        then=address(question),
        page=_page(
            "Share the answer", submit="Share it", back=address(question),
            lead="Write it so that it names no child: colleagues find it under What works.",
        ),
        versioned=Versioned(values=nothing),
    ).respond(request)  # fmt: skip
