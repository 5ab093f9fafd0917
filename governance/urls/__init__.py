"""Addresses of the governance floor, one module a topic."""

app_name = "governance"
urlpatterns = []
