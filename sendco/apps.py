from django.apps import AppConfig


class SendcoConfig(AppConfig):
    name = "sendco"
    label = "sendco"

    def ready(self):
        from django.db.backends.signals import connection_created

        from . import celery, checks, storage  # noqa: F401  (registers the Celery application and the deployment checks)

        connection_created.connect(storage.wait_as_told)
