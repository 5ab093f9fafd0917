from django.apps import AppConfig


class LinksConfig(AppConfig):
    name = "sendco.links"
    label = "links"
