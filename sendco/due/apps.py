from django.apps import AppConfig


class DueConfig(AppConfig):
    name = "sendco.due"
    label = "due"
