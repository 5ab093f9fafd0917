from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "sendco.jobs"
    label = "jobs"
