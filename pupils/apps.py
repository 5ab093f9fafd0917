from django.apps import AppConfig


class PupilsConfig(AppConfig):
    name = "pupils"
    verbose_name = "Pupils and the SEND register"

    def ready(self):
        from .imports import jobs  # noqa: F401  (its handlers register themselves)
        from .owed import register_sources

        register_sources()
