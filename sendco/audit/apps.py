from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "sendco.audit"
    label = "audit"
