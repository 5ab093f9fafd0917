from ..absences import urls as absences
from ..appraisal import urls as appraisal
from ..board import urls as board
from ..descriptions import urls as descriptions
from ..posts import urls as posts
from ..reading import urls as reading
from ..senco import urls as senco
from ..supervision import urls as supervision
from ..training import urls as training
from ..vacancies import urls as vacancies
from . import invitations, school

app_name = "staff"
urlpatterns = [
    *school.urlpatterns,
    *invitations.urlpatterns,
    *posts.urlpatterns,
    *board.urlpatterns,
    *absences.urlpatterns,
    *supervision.urlpatterns,
    *appraisal.urlpatterns,
    *training.urlpatterns,
    *senco.urlpatterns,
    *reading.urlpatterns,
    *descriptions.urlpatterns,
    *vacancies.urlpatterns,
]
