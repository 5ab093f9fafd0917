"""What the form pages about a pupil share: crumbs, the words of the browser's tab, and where to go afterwards."""

from django.urls import reverse

from sendco.formkit.page import OF_THE_KIT, ConfirmPage, FormPage

from ..record.selectors import is_in_view


def pupil_crumbs(pupil):
    return [("Register", reverse("register")), (pupil.name, reverse("pupil-detail", args=[pupil.pk]))]


def pupil_page(acting, pupil):
    """Where to go after a change: the pupil's page, or Today when the pupil is out of this person's sight now."""
    return reverse("pupil-detail", args=[pupil.pk]) if is_in_view(acting, pupil) else reverse("home")


def tab_title(words):
    """What the browser's tab says, where anybody near the screen reads it: never the title, which names the child."""
    return f"Pupil: {words}"


def below_pupil(pupil, *, title, submit, **context):
    return {
        "pupil": pupil,
        "title": title,
        "tab_title": tab_title(submit),
        "submit": submit,
        "section": "register",
        "crumbs": pupil_crumbs(pupil),
        "cancel": reverse("pupil-detail", args=[pupil.pk]),
        **context,
    }


def pupil_form(request, form, service, *, pupil, title, submit, then=None, **context):
    """A form about a pupil that calls one service and goes back to the pupil, or to `then(answer)`."""
    parts = {name: context.pop(name) for name in OF_THE_KIT & context.keys()}
    return FormPage(
        **{"template": "pupils/record_form.html"} | parts,
        form=form,
        save=service,
        then=then or (lambda _answer: pupil_page(request.acting, pupil)),
        page=lambda: below_pupil(pupil, title=title, submit=submit, **context),
    ).respond(request)


def confirm(request, service, *, pupil, done, title, explanation, submit):
    """Ask, call the service, say that it is done, and go back to the pupil."""
    page = below_pupil(pupil, title=title, submit=submit, explanation=explanation, danger=True)

    def back(_answer=None):
        return pupil_page(request.acting, pupil)

    return ConfirmPage(act=service, done=done, then=back, refused_to=back, page=page).respond(request)
