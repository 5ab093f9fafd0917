from .agencies import urls as agencies
from .challenges import urls as challenges
from .concerns import urls as concerns
from .duplicates import urls as duplicates
from .equipment import urls as equipment
from .imports import urls as imports
from .letters import urls as letters
from .measures import urls as measures
from .meetings import urls as meetings
from .outside import urls as outside
from .plans import urls as plans
from .practice import urls as practice
from .profiles import urls as profiles
from .questions import urls as questions
from .record import urls as records
from .register import urls as registers

app_name = "pupils"
urlpatterns = [
    *records.urlpatterns,
    *registers.urlpatterns,
    *concerns.urlpatterns,
    *letters.urlpatterns,
    *measures.urlpatterns,
    *imports.urlpatterns,
    *duplicates.urlpatterns,
    *meetings.urlpatterns,
    *agencies.urlpatterns,
    *outside.urlpatterns,
    *questions.urlpatterns,
    *challenges.urlpatterns,
    *plans.urlpatterns,
    *practice.urlpatterns,
    *profiles.urlpatterns,
    *equipment.urlpatterns,
]
