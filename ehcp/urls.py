"""Addresses of the EHC plan floor, one module a topic."""

from .appeals import urls as appeals
from .authorities import urls as authorities
from .cases import urls as cases
from .consultations import urls as consultations
from .costing import urls as costing
from .ledger import urls as ledger
from .letters.urls import correspondence, letters
from .plans import urls as plans
from .requests import urls as assessments
from .reviews.urls import contributions, reviews

app_name = "ehcp"
urlpatterns = [
    *cases.urlpatterns,
    *plans.urlpatterns,
    *ledger.urlpatterns,
    *costing.urlpatterns,
    *assessments.urlpatterns,
    *appeals.urlpatterns,
    *reviews.urlpatterns,
    *contributions.urlpatterns,
    *consultations.urlpatterns,
    *letters.urlpatterns,
    *correspondence.urlpatterns,
    *authorities.urlpatterns,
]
