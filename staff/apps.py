from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "staff"
    verbose_name = "The school and its people"

    def ready(self):
        from .due_pages import register_due_pages
        from .owing import register_sources
        from .reading import jobs  # noqa: F401  (its handlers register themselves)

        register_sources()
        register_due_pages()
