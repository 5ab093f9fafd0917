"""The site's own addresses, and one bare signed-in view to compare with."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.urls import path

from pupils.models import Pupil
from sendco.urls import handler400, handler403, handler404, handler500, urlpatterns  # noqa: F401


@login_required
def bare(request):
    rows = Pupil.objects.filter(school_id=request.acting.school.pk).order_by("pk")[:25]
    return render(request, "bench/bare.html", {"rows": rows})


urlpatterns = [path("bare/", bare, name="bench-bare"), *urlpatterns]
