from django.apps import AppConfig


class EhcpConfig(AppConfig):
    name = "ehcp"
    verbose_name = "Education, health and care plans"

    def ready(self):
        from .merging import register_tables

        register_tables()
