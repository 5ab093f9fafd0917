from .library import urls as library
from .map import urls as maps
from .runs import urls as runs
from .sessions import urls as sessions
from .universal import urls as universal

app_name = "provision"
urlpatterns = [
    *maps.urlpatterns,
    *library.urlpatterns,
    *universal.urlpatterns,
    *runs.urlpatterns,
    *sessions.urlpatterns,
]
