"""Parents and other adults of a child, and the one way to see a hidden address."""

import copy
from functools import partial

from django.contrib import messages
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache

from sendco.clock.words import join_words
from sendco.formkit.page import draw, form_page, posted
from sendco.formkit.versions import Versioned
from staff.access import require_permission, step_up
from staff.permissions import Permission

from ...models import Contact, Pupil
from ...views.form_pages import below_pupil, confirm, pupil_form
from ..forms.contacts import ContactForm, RevealForm
from ..selectors import shown_elsewhere
from ..services import contacts as services


def _contact(request, pk):
    contacts = Contact.objects.visible_to(request.acting).filter(ended_on=None).select_related("pupil")
    return get_object_or_404(contacts, pk=pk)


# A hidden address stays where it is sealed: no draft keeps the words of these.
SEALED = ("address", "postcode")


@require_permission(Permission.PUPIL_EDIT)
@form_page
def contact_add(request, pk):
    pupil = get_object_or_404(Pupil.objects.visible_to(request.acting), pk=pk)
    form = ContactForm(posted(request), instance=Contact(pupil=pupil), acting=request.acting)

    def save(_cleaned):
        return _saved(request, services.save_contact(contact=form.instance, by=request.user))

    return pupil_form(
        request,
        form,
        save,
        pupil=pupil,
        done=lambda _saved: f"{form.instance.name} is a contact of {pupil.name}.",
        title=f"Add a contact of {pupil.name}",
        submit="Add the contact",
        template="pupils/contact_form.html",
        leaves=SEALED,
    )


@require_permission(Permission.PUPIL_EDIT)
@form_page
def contact_edit(request, pk):
    contact = _contact(request, pk)
    form = ContactForm(posted(request), instance=copy.copy(contact), acting=request.acting)

    def save(cleaned):
        version = cleaned["version"]
        return _saved(request, services.save_contact(contact=form.instance, version=version, by=request.user))

    return pupil_form(
        request,
        form,
        save,
        pupil=contact.pupil,
        done=lambda saved: f"Contact {saved.name} saved.",
        title=f"Contact: {contact.name}",
        submit="Save",
        template="pupils/contact_form.html",
        leaves=SEALED,
        stored=contact,
        versioned=Versioned(before=lambda stored, seen: stored.as_seen(seen)),
        may_reveal=request.acting.can(Permission.ADDRESS_REVEAL),
    )


def _saved(request, contact):
    """Say where the address that is hidden now still stands in clear."""
    if others := shown_elsewhere(contact, request.acting):
        named = join_words([f"{other.name} ({other.pupil.name})" for other in others])
        messages.warning(request, f"The same address is shown for {named}. Hide it there too if it has to be secret.")
    return contact


@require_permission(Permission.PUPIL_EDIT)
@form_page
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
@form_page
def address_reveal(request, pk):
    """Ask why, keep the answer, and show the address on this one page."""
    contacts = Contact.objects.visible_to(request.acting).filter(address_hidden=True).select_related("pupil")
    contact = get_object_or_404(contacts, pk=pk)
    return pupil_form(
        request,
        RevealForm(posted(request)),
        lambda cleaned: services.reveal_address(contact=contact, reason=cleaned["reason"], by=request.user),
        pupil=contact.pupil,
        then=lambda address: _shown_once(request, contact, address),
        title=f"Hidden address of {contact.name}",
        submit="Show the address once",
        template="pupils/contact_address.html",
        contact=contact,
        address=None,
    )


def _shown_once(request, contact, address):
    """The answer itself is the page: the address is in no other."""
    page = below_pupil(contact.pupil, title=f"Hidden address of {contact.name}", submit="Show the address once")
    return draw(request, "pupils/contact_address.html", page | {"contact": contact, "address": address})
