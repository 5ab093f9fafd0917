"""One way for every form page: bind, give back what was typed, save once, and lose nothing when that is refused.

@require_permission(P.CASE_EDIT)
@form_page
def placement_add(request, pk):
    plan = plan_in_view(request, pk)
    return FormPage(
        form=PlacementForm(posted(request)),
        save=lambda cleaned: services.add_placement(plan=plan, by=request.user, **cleaned),
        done="The placement is saved.",
        then=plan_address(plan),
        page=plan_page(plan, "Placement") | {"submit": "Save the placement"},
    ).respond(request)
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.db import OperationalError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from sendco.drafts.models import Draft
from sendco.drafts.services import DraftTooLong
from sendco.files.refusals import FileRefused
from sendco.refusals import ChangedMeanwhile, Refused
from sendco.storage import trouble_of

from . import drafts, names, once, tokens
from .conflicts import Conflict, chosen, lay_side_by_side
from .versions import Versioned

logger = logging.getLogger(__name__)
TRY_AGAIN = "send it again in a minute, and copy it first if it is long."
REFUSED = 422  # the form is there again, with what is wrong with it
CONFLICT_PAGE = "components/conflict_page.html"
CHOOSE_AGAIN = "Choose this file again: a browser cannot keep it."
SENT_WITH_OTHER_WORDS = (
    "This form was sent and saved already, with other words. Nothing of this one is saved yet. If you save again, "
    "it is kept beside the first."
)


def form_page(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """For a view that shows a form and takes it: GET and POST, with what was chosen on a conflict page in its place."""

    @require_http_methods(["GET", "POST"])
    @wraps(view)
    def taking_choices(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "POST":
            data = chosen(request.POST)
            if data is not request.POST:
                request.POST = data  # type: ignore[assignment]  # a copy may stand in its place
            if went_to := once.earlier(request):  # before the view looks for what the first time may have ended
                return redirect(went_to)
        return view(request, *args, **kwargs)

    # Carried outwards by wraps: the walk over all forms reads it.
    taking_choices.is_form_page = True  # type: ignore[attr-defined]  # a mark on the function
    return taking_choices


def pressed_once(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """For a button that does something at once, such as sending a mail: pressed twice in a row, it does it once."""

    @wraps(view)
    def pressed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        try:
            with transaction.atomic():
                turn = once.claim_of(request)
                answer = view(request, *args, **kwargs)
                if turn is not None and isinstance(answer, HttpResponseRedirect):
                    once.note_where(turn, answer.url)
                return answer
        except once.SentBefore as before:
            return redirect(before.went_to or "/")

    return pressed


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound with: the posted data, empty or not, and nothing on GET."""
    return request.POST if request.method == "POST" else None


def draw(
    request: HttpRequest, template: str, context: dict[str, Any], *bound: Any, status: int | None = None
) -> HttpResponse:
    """Draw a page; 422 when one of its forms was refused."""
    failed = any(_has_errors(form) for form in bound)
    return render(request, template, context, status=status or (REFUSED if failed else 200))


def _has_errors(form: Any) -> bool:
    if form is None or not form.is_bound:
        return False
    return bool(form.total_error_count() if hasattr(form, "total_error_count") else form.errors)


def refuse(form: Any, refusal: Refused | FileRefused, field: str | None = None) -> None:
    """Put a refusal on the field that it names, on the file it is about, or on the form."""
    named = refusal.data.get("field") or field
    if isinstance(refusal, FileRefused):
        named = next(
            (name for name, form_field in form.fields.items() if isinstance(form_field, forms.FileField)), None
        )
    form.add_error(named if named in form.fields else None, str(refusal))


def ask_for_files_again(form: Any, request: HttpRequest) -> None:
    """Say at each file that was chosen on a form which comes back that the browser has let it go: it is not kept, and
    nothing on the page would show that it is missing."""
    for name, form_field in getattr(form, "fields", {}).items():
        chosen = isinstance(form_field, forms.FileField) and request.FILES.get(form.add_prefix(name))
        if chosen and name not in form.errors:
            form.add_error(name, CHOOSE_AGAIN)


class NoFields(forms.Form):
    """For a page whose fields all stand in formsets, and for one that asks for nothing but the press of its button."""


@dataclass(kw_only=True)
class FormPage:
    """What a form page is made of. `respond` answers the request.

    form: bound with `posted(request)`; its initial values are what is stored.
    save: takes the cleaned data and calls a service; may raise Refused, FileRefused and ChangedMeanwhile.
    then: where to go when it is saved: an address, or a function of the service's answer that gives an address or a
        whole response.
    done: what to say then; a text, or a function of the answer.
    page: the context, or a function that gives it: called only when the page is drawn.
    draft: the key under which typing is kept while the person types; without one, only what came too late is kept.
    leaves: fields that no draft keeps or gives back.
    only_with, not_with: save only when this button was pressed, or another than this one: the page is drawn again else.
    changed: draws the answer when somebody was quicker, on a page that lays records side by side by itself.
    refused_on: the field on which a refusal lands that names none.
    also: further forms or formsets that have to be valid before `save` is called.
    """

    form: Any
    save: Callable[[dict], Any]
    then: str | Callable[[Any], str | HttpResponseBase]
    page: dict | Callable[[], dict]
    done: str | Callable[[Any], str] = ""
    template: str = "components/form_page.html"
    draft: str = ""
    leaves: tuple = ()
    also: tuple = ()
    versioned: Versioned = field(default_factory=Versioned)
    refused_on: str | None = None
    changed: Callable[[ChangedMeanwhile], HttpResponseBase] | None = None
    only_with: str = ""
    not_with: str = ""

    def respond(self, request: HttpRequest) -> HttpResponseBase:
        if request.method != "POST":
            return self.show(request)
        return self._settle(request) or self._attempt(request) or self.show(request)

    # --- Drawing -------------------------------------------------------------------------------------------------
    def _key(self, request: HttpRequest) -> str:
        token = tokens.posted(request) if request.method == "POST" and not self.draft else None
        return self.draft or (token.draft_key if token else tokens.key_of_page(request))

    def show(self, request: HttpRequest, *, status: int | None = None) -> HttpResponseBase:
        if request.method == "POST" and request.FILES:
            ask_for_files_again(self.form, request)
        draft = drafts.find(request, self._key(request)) if request.method == "GET" else None
        if draft:
            self._fill_in(draft)
        context = {"draft_key": self.draft, "draft": draft} | self._page()
        context |= {"form": self.form, "form_state": self._state(request, draft)}
        return draw(request, self.template, context, self.form, *self.also, status=status)

    def _fill_in(self, draft: Draft) -> None:
        self.form.initial |= drafts.typed_in(draft, self.form, leaves=self.leaves)
        for formset in self.also:
            formset.initial = drafts.typed_rows(draft, formset) or formset.initial

    def _page(self) -> dict[str, Any]:
        return self.page() if callable(self.page) else self.page

    def _state(
        self, request: HttpRequest, draft: Draft | None = None, *, anew: bool = False
    ) -> dict[str, bool | str] | None:
        if not request.user.is_authenticated:
            return None
        token = None if anew else tokens.posted(request)
        token = token or tokens.new(request, draft_key=self._key(request), leaves=self.leaves)
        is_watched = self.versioned.field in getattr(self.form, "fields", ())
        return {"token": str(token), "is_back": draft is not None and not self.draft, "is_watched": is_watched}

    def _conflict_page(self, request: HttpRequest, conflict: Conflict) -> HttpResponse:
        context = {"draft_key": self.draft} | self._page()
        context |= {"form": self.form, "conflict": conflict, "form_state": self._state(request, anew=True)}
        return render(request, CONFLICT_PAGE, context, status=REFUSED)

    # --- Saving --------------------------------------------------------------------------------------------------
    def _settle(self, request: HttpRequest) -> HttpResponseBase | None:
        """The answers of a conflict page that save nothing: None for every other post."""
        go = request.POST.get(names.GO, "")
        if go == "theirs":
            drafts.forget(request, self._key(request))
        elif go == "draft":
            try:
                version = (self.form.add_prefix(self.versioned.field), request.POST.get(names.SEEN, ""))
                drafts.keep(request, self._key(request), leaves=self.leaves, version=version)
            except DraftTooLong as too_long:
                messages.warning(request, str(too_long))
                return self.show(request)
            messages.info(request, "Kept as a draft. It is there when you open this form again.")
        elif go == "edit":
            return self.show(request, status=200)
        if go in ("theirs", "draft"):
            back = self._page().get("cancel")
            return redirect(back) if back else redirect(request.get_full_path())
        return None

    def _attempt(self, request: HttpRequest) -> HttpResponseBase | None:
        if not all([form.is_valid() for form in (self.form, *self.also)]):  # a list: each says what is wrong with it
            return None
        if (self.only_with and self.only_with not in request.POST) or (self.not_with and self.not_with in request.POST):
            return None
        try:
            with turn(request) as note_where:
                answer = self.save(self.form.cleaned_data)
                response = self._answer(request, answer)
                note_where(response)
        except once.SentBefore as before:
            return self._sent_before(request, before)
        except ChangedMeanwhile as meanwhile:
            return self._changed(request, meanwhile)
        except Refused as refusal:
            refuse(self.form, refusal, self.refused_on)
            return None
        except (OperationalError, OSError) as error:
            return self._not_stored(request, error)
        drafts.forget(request, self._key(request))
        return response

    def _not_stored(self, request: HttpRequest, error: OperationalError | OSError) -> HttpResponseBase:
        """The form again, with what was typed, while the database or the disk takes nothing."""
        trouble = trouble_of(error)
        if trouble is None:
            raise error
        logger.error("not stored", extra={"event": f"storage.{trouble.name.lower()}"})
        self.form.add_error(None, f"Nothing was saved. {trouble.value} What you typed is still here: {TRY_AGAIN}")
        return self.show(request, status=503)

    def _answer(self, request: HttpRequest, answer: Any) -> HttpResponseBase:
        message = self.done(answer) if callable(self.done) else self.done
        if message:
            messages.success(request, message)
        to = self.then(answer) if callable(self.then) else self.then
        return to if isinstance(to, HttpResponseBase) else redirect(to)

    def _sent_before(self, request: HttpRequest, before: once.SentBefore) -> HttpResponseBase | None:
        if before.is_same:
            return redirect(before.went_to or self._page().get("cancel") or request.get_full_path())
        if self.versioned.field in self.form.fields:
            # The version of a change is one turn by itself: whoever goes back and sends other words meets their own.
            _forget_token(request)
            return self._attempt(request)
        self.form.add_error(None, SENT_WITH_OTHER_WORDS)
        _forget_token(request)
        return None

    def _changed(self, request: HttpRequest, meanwhile: ChangedMeanwhile) -> HttpResponseBase | None:
        if self.changed:
            return self.changed(meanwhile)
        conflict = lay_side_by_side(request, self.form, meanwhile.theirs, self.versioned)
        if conflict:
            self.form.data = conflict.data
            return self._conflict_page(request, conflict)
        self.form.add_error(None, self.versioned.words or str(meanwhile))
        name = self.versioned.field
        if name in self.form.fields and self.versioned.renews:
            self.form.data = self.form.data.copy()
            self.form.data[self.form.add_prefix(name)] = str(self.versioned.mark_of(meanwhile.theirs))
        return None


@contextmanager
def turn(request: HttpRequest) -> Iterator[Callable[[HttpResponseBase], None]]:
    """One transaction around the service and the note that this form was sent. Raises SentBefore."""
    with transaction.atomic():
        row = once.claim_of(request)

        def note_where(response: HttpResponseBase) -> None:
            if row is not None and isinstance(response, HttpResponseRedirect):
                once.note_where(row, response.url)

        yield note_where


def _forget_token(request: HttpRequest) -> None:
    data = request.POST.copy()
    data.pop(names.TOKEN, None)
    request.POST = data  # type: ignore[assignment]  # a copy may stand in its place


# What a floor's own shape of a form page hands on to the kit; all else that it takes is context.
OF_THE_KIT = {"done", "template", "draft", "leaves", "also", "versioned", "refused_on", "only_with", "not_with"}


@dataclass(kw_only=True)
class ConfirmPage:
    """Ask before something that cannot be called back, and then do it. What is refused is said where it leads."""

    act: Callable[[], Any]
    then: str | Callable[[Any], str | HttpResponseBase]
    page: dict | Callable[[], dict]
    done: str | Callable[[Any], str] = ""
    template: str = "components/confirm_page.html"
    refused_to: str | Callable[[], str] = ""
    changed: str = ""
    refused_level: int = messages.WARNING

    def respond(self, request: HttpRequest) -> HttpResponseBase:
        if request.method != "POST":
            page = self.page() if callable(self.page) else self.page
            return render(request, self.template, page | {"form_state": self._state(request)})
        try:
            with turn(request) as note_where:
                answer = self.act()
                response = self._answer(request, answer)
                note_where(response)
        except once.SentBefore as before:
            return redirect(before.went_to or self._back(request))
        except Refused as refusal:
            message = self.changed if isinstance(refusal, ChangedMeanwhile) else ""
            messages.add_message(request, self.refused_level, message or str(refusal))
            return redirect(self._back(request))
        return response

    def _state(self, request: HttpRequest) -> dict[str, bool | str] | None:
        if not request.user.is_authenticated:
            return None
        return {"token": str(tokens.new(request, draft_key=tokens.key_of_page(request))), "is_back": False}

    def _back(self, request: HttpRequest) -> str:
        back = self.refused_to() if callable(self.refused_to) else self.refused_to
        return back or (self.then if isinstance(self.then, str) else request.path)

    def _answer(self, request: HttpRequest, answer: Any) -> HttpResponseBase:
        message = self.done(answer) if callable(self.done) else self.done
        if message:
            messages.success(request, message)
        to = self.then(answer) if callable(self.then) else self.then
        return to if isinstance(to, HttpResponseBase) else redirect(to)
