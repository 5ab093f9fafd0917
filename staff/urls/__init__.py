from . import invitations, school

app_name = "staff"
urlpatterns = [*school.urlpatterns, *invitations.urlpatterns]
