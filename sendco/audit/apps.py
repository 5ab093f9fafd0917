from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AuditConfig(AppConfig):
    name = "sendco.audit"
    label = "audit"

    def ready(self) -> None:
        from .triggers import keep_after_migrate

        post_migrate.connect(keep_after_migrate, sender=self)
