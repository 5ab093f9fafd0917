from .concerns import urls as concerns
from .duplicates import urls as duplicates
from .imports import urls as imports
from .letters import urls as letters
from .record import urls as records
from .register import urls as registers

app_name = "pupils"
urlpatterns = [
    *records.urlpatterns,
    *registers.urlpatterns,
    *concerns.urlpatterns,
    *letters.urlpatterns,
    *imports.urlpatterns,
    *duplicates.urlpatterns,
]
