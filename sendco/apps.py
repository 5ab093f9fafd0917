from django.apps import AppConfig


class SendcoConfig(AppConfig):
    name = "sendco"
    label = "sendco"

    def ready(self):
        from . import celery, checks  # noqa: F401  (registers the Celery application and the deployment checks)
