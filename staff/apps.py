from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "staff"
    verbose_name = "The school and its people"

    def ready(self):
        from .due_pages import register_due_pages
        from .owing import register_sources

        register_sources()
        register_due_pages()
