"""Addresses of the EHC plan floor, one module a topic."""

from . import (
    appeals,
    assessments,
    authorities,
    consultations,
    contributions,
    correspondence,
    letters,
    plans,
    reviews,
)

app_name = "ehcp"
urlpatterns = [
    *plans.urlpatterns,
    *assessments.urlpatterns,
    *appeals.urlpatterns,
    *reviews.urlpatterns,
    *contributions.urlpatterns,
    *consultations.urlpatterns,
    *letters.urlpatterns,
    *correspondence.urlpatterns,
    *authorities.urlpatterns,
]
