"""Addresses of the governance floor, one module a topic."""

from . import reminders

app_name = "governance"
urlpatterns = [*reminders.urlpatterns]
