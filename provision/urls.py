from .cover import urls as cover
from .impact import urls as impact
from .library import urls as library
from .map import urls as maps
from .offline import urls as offline
from .runs import urls as runs
from .scores import urls as scores
from .sessions import urls as sessions
from .universal import urls as universal
from .whatif import urls as whatif

app_name = "provision"
urlpatterns = [
    *maps.urlpatterns,
    *library.urlpatterns,
    *universal.urlpatterns,
    *scores.urlpatterns,
    *impact.urlpatterns,
    *runs.urlpatterns,
    *sessions.urlpatterns,
    *cover.urlpatterns,
    *whatif.urlpatterns,
    *offline.urlpatterns,
]
