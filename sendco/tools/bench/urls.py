"""The site's own addresses, and bare signed-in views to compare with."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.urls import path

from pupils.models import Pupil, PupilSkill, Target
from sendco.urls import handler400, handler403, handler404, handler500, urlpatterns  # noqa: F401
from staff.models import Certificate, Slot


@login_required
def bare(request):
    rows = Pupil.objects.filter(school_id=request.acting.school.pk).order_by("pk")[:25]
    return render(request, "bench/bare.html", {"rows": rows})


@login_required
def bare_slots(request):
    """Every slot of the school as a plain list: what the board of a week is compared with."""
    school = request.acting.school
    rows = Slot.objects.filter(timetable__school=school).select_related("member", "kind", "group").order_by("pk")
    return render(request, "bench/bare_slots.html", {"rows": rows})


@login_required
def bare_skills(request):
    """Every certificate and every pupil's need of a skill as a plain list."""
    school = request.acting.school
    held = Certificate.objects.filter(member__school=school).select_related("member", "skill").order_by("pk")
    needed = PupilSkill.objects.filter(pupil__school=school).select_related("pupil", "skill").order_by("pk")
    return render(request, "bench/bare_skills.html", {"held": held, "needed": needed})


@login_required
def bare_targets(request):
    """Every open target with its values as a plain list: what the review grid of a class is compared with."""
    rows = Target.objects.filter(outcome__plan__pupil__school=request.acting.school, outcome__plan__closed_on=None)
    rows = rows.select_related("outcome__plan__pupil").prefetch_related("values").order_by("pk")
    return render(request, "bench/bare_targets.html", {"rows": rows})


urlpatterns = [
    path("bare/targets/", bare_targets, name="bench-bare-targets"),
    path("bare/slots/", bare_slots, name="bench-bare-slots"),
    path("bare/skills/", bare_skills, name="bench-bare-skills"),
    path("bare/", bare, name="bench-bare"),
    *urlpatterns,
]
