from django.apps import AppConfig


class ProvisionConfig(AppConfig):
    name = "provision"
    verbose_name = "Provision: interventions, the map and sessions"

    def ready(self):
        from staff.owed import after_dates_changed

        from .cover.linking import register_pages
        from .merging import register_tables
        from .runs.services import plan_school
        from .seeing import register_adults

        after_dates_changed(plan_school)
        register_adults()
        register_tables()
        register_pages()
