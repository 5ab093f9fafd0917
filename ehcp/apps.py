from django.apps import AppConfig


class EhcpConfig(AppConfig):
    name = "ehcp"
    verbose_name = "Education, health and care plans"

    def ready(self):
        from .owed import register_sources

        register_sources()
