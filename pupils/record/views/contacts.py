"""Parents and other adults of a child, and the one way to see a hidden address."""

from functools import partial

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from staff.access import require_permission, step_up
from staff.permissions import Permission

from ...models import Contact, Pupil
from ...views.form_pages import attempt, attempt_versioned, confirm, draw, posted
from ..forms.contacts import ContactForm, RevealForm
from ..services import pupils as services


def _contact(request, pk):
    contacts = Contact.objects.visible_to(request.acting).filter(ended_on=None).select_related("pupil")
    return get_object_or_404(contacts, pk=pk)


def _draw(request, form, contact, **context):
    return draw(request, form, pupil=contact.pupil, template="pupils/contact_form.html", **context)


@require_permission(Permission.PUPIL_EDIT)
@require_http_methods(["GET", "POST"])
def contact_add(request, pk):
    pupil = get_object_or_404(Pupil.objects.visible_to(request.acting), pk=pk)
    form = ContactForm(posted(request), instance=Contact(pupil=pupil), acting=request.acting)

    def save(_cleaned):
        return services.save_contact(contact=form.instance, by=request.user)

    if request.method == "POST" and attempt(form, save):
        messages.success(request, f"{form.instance.name} is a contact of {pupil.name}.")
        return redirect("pupil-detail", pk=pupil.pk)
    return _draw(request, form, form.instance, title=f"Add a contact of {pupil.name}", submit="Add the contact")


@require_permission(Permission.PUPIL_EDIT)
@require_http_methods(["GET", "POST"])
def contact_edit(request, pk):
    contact = _contact(request, pk)
    form = ContactForm(posted(request), instance=contact, acting=request.acting)

    def save(cleaned):
        return services.save_contact(contact=form.instance, version=cleaned["version"], by=request.user)

    def rebind(data, stored):
        return ContactForm(data, instance=stored, acting=request.acting)

    saved, form, conflict = attempt_versioned(form, save, rebind) if request.method == "POST" else (None, form, None)
    if saved:
        messages.success(request, f"Contact {saved.name} saved.")
        return redirect("pupil-detail", pk=contact.pupil_id)
    stored = _contact(request, pk)
    return _draw(
        request,
        form,
        stored,
        title=f"Contact: {stored.name}",
        submit="Save",
        stored=stored,
        may_reveal=request.acting.can(Permission.ADDRESS_REVEAL),
        conflict=conflict,
        status=422 if conflict else None,
    )


@require_permission(Permission.PUPIL_EDIT)
@require_http_methods(["GET", "POST"])
def contact_end(request, pk):
    contact = _contact(request, pk)
    return confirm(
        request,
        partial(services.end_contact, contact=contact, by=request.user),
        pupil=contact.pupil,
        done=f"{contact.name} is no longer a contact.",
        title=f"End the contact {contact.name}",
        explanation="No letter is made for this person from now on. What was recorded stays.",
        submit="End the contact",
    )


@require_permission(Permission.ADDRESS_REVEAL)
@step_up
@never_cache
@require_http_methods(["GET", "POST"])
def address_reveal(request, pk):
    """Ask why, keep the answer, and show the address on this one page."""
    contacts = Contact.objects.visible_to(request.acting).filter(address_hidden=True).select_related("pupil")
    contact = get_object_or_404(contacts, pk=pk)
    form = RevealForm(posted(request))
    address = None
    if request.method == "POST" and form.is_valid():
        address = services.reveal_address(contact=contact, reason=form.cleaned_data["reason"], by=request.user)
    return draw(
        request,
        form,
        pupil=contact.pupil,
        title=f"Hidden address of {contact.name}",
        submit="Show the address once",
        template="pupils/contact_address.html",
        contact=contact,
        address=address,
    )
