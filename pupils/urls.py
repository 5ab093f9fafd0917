from .concerns import urls as concerns
from .duplicates import urls as duplicates
from .equipment import urls as equipment
from .imports import urls as imports
from .letters import urls as letters
from .practice import urls as practice
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
    *practice.urlpatterns,
    *equipment.urlpatterns,
]
