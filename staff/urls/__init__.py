from ..absences import urls as absences
from ..board import urls as board
from ..posts import urls as posts
from . import invitations, school

app_name = "staff"
urlpatterns = [
    *school.urlpatterns,
    *invitations.urlpatterns,
    *posts.urlpatterns,
    *board.urlpatterns,
    *absences.urlpatterns,
]
