"""The job description of a post, and the yearly look at it by both."""

from functools import partial

from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from sendco.formkit.page import ConfirmPage, FormPage, form_page, posted
from sendco.formkit.versions import Versioned

from ..access import require_permission
from ..models import JobDescription, Post, StaffMember
from ..permissions import Permission as P
from ..posts.views import leads_not_self, page_of
from . import forms, services


def _post(request, pk):
    members = StaffMember.objects.open_to(request.acting)
    return get_object_or_404(Post.objects.filter(member__in=members).select_related("member__school"), pk=pk)


def address(post):
    return reverse("staff:description", args=[post.pk])


@require_permission(P.STAFF_OWN)
@require_GET
def description(request, pk):
    post = _post(request, pk)
    rows = list(post.descriptions.select_related("manager", "written_by").order_by("-number"))
    context = page_of(request, post.member, f"Job description: {post.title}") | {
        "post": post,
        "now": rows[0] if rows else None,
        "earlier": rows[1:],
        "may_write": leads_not_self(request, post.member),
    }
    return render(request, "staff/description.html", context)


@require_permission(P.STAFF_OWN)
@require_GET
def description_open(request, pk):
    """Where a date about a job description leads."""
    row = get_object_or_404(JobDescription.objects.open_to(request.acting).select_related("post"), pk=pk)
    return redirect(address(row.post))


@require_permission(P.STAFF_OWN)
@form_page
def description_write(request, pk):
    led = StaffMember.objects.led_by(request.acting)
    post = get_object_or_404(Post.objects.filter(member__in=led).select_related("member__school"), pk=pk)
    now = services.current_of(post)
    initial = {"number": now.number, "text": now.text} if now else {"number": 0}
    return FormPage(
        form=forms.DescriptionForm(posted(request), initial=initial),
        save=lambda cleaned: services.write(post=post, by=request.user, **cleaned),
        done="Saved. Both of you are asked to agree.",
        then=address(post),
        page=page_of(request, post.member, f"Job description: {post.title}", submit="Save", cancel=address(post)),
        versioned=Versioned(field="number", values=lambda row: {"text": row.text}),
    ).respond(request)


@require_permission(P.STAFF_OWN)
@form_page
def description_agree(request, pk):
    rows = JobDescription.objects.open_to(request.acting).select_related("post__member__school")
    row = get_object_or_404(rows, pk=pk)
    page = page_of(request, row.post.member, "Is this job description right?", submit="It is right")
    page |= {
        "cancel": address(row.post),
        "explanation": "Your name and today's date stand beside it. You are asked again in a year.",
        "cancel_words": "Not yet",
    }
    return ConfirmPage(
        act=partial(services.agree, description=row, by=request.user),
        done="Noted.",
        then=address(row.post),
        page=page,
    ).respond(request)
