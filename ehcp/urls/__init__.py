"""Addresses of the EHC plan floor, one module a topic."""

app_name = "ehcp"
urlpatterns = []
