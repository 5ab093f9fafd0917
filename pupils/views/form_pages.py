"""One way to draw a form about a pupil, to refuse it, and to show that two people changed one record."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse

from sendco.refusals import ChangedMeanwhile, Refused

from ..forms.conflicts import lay_side_by_side
from ..record.selectors import is_in_view


def pupil_crumbs(pupil):
    return [("Register", reverse("register")), (pupil.name, reverse("pupil-detail", args=[pupil.pk]))]


def pupil_page(acting, pupil):
    """Where to go after a change: the pupil's page, or Today when the pupil is out of this person's sight now."""
    return reverse("pupil-detail", args=[pupil.pk]) if is_in_view(acting, pupil) else reverse("home")


def tab_title(words):
    """What the browser's tab says, where anybody near the screen reads it: never the title, which names the child."""
    return f"Pupil: {words}"


def posted(request):
    """What a form is bound with: the posted data, empty or not, and nothing on GET."""
    return request.POST if request.method == "POST" else None


def draw(request, form, *, pupil, title, submit, template="pupils/record_form.html", status=None, **context):
    context = {
        "form": form,
        "pupil": pupil,
        "title": title,
        "tab_title": tab_title(submit),
        "submit": submit,
        "section": "register",
        "crumbs": pupil_crumbs(pupil),
        "cancel": reverse("pupil-detail", args=[pupil.pk]),
        **context,
    }
    return render(request, template, context, status=status or (422 if form.errors else 200))


def confirm(request, service, *, pupil, done, title, explanation, submit):
    """Ask on GET; on POST call the service, say that it is done, and go back to the pupil."""
    if request.method == "POST":
        try:
            service()
        except Refused as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(request, done)
        return redirect(pupil_page(request.acting, pupil))
    context = {
        "title": title,
        "tab_title": tab_title(submit),
        "explanation": explanation,
        "submit": submit,
        "danger": True,
        "section": "register",
        "crumbs": pupil_crumbs(pupil),
        "cancel": reverse("pupil-detail", args=[pupil.pk]),
    }
    return render(request, "components/confirm_page.html", context)


def attempt(form, service):
    """Call the service if the form is valid. Returns its answer, or None with the refusal on the form."""
    if not form.is_valid():
        return None
    try:
        return service(form.cleaned_data) or True
    except ChangedMeanwhile:
        raise
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return None


def attempt_versioned(form, service, rebind):
    """As `attempt`, for a record that two people may edit. Returns (answer, form to show, Conflict or None).

    `rebind(data, stored)` builds the same form again over what is stored now.
    """
    try:
        return attempt(form, service), form, None
    except ChangedMeanwhile as meanwhile:
        data, conflict = lay_side_by_side(form, meanwhile.theirs)
        return None, rebind(data, meanwhile.theirs), conflict
