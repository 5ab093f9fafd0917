from django.apps import AppConfig


class EhcpConfig(AppConfig):
    name = "ehcp"
    verbose_name = "Education, health and care plans"

    def ready(self):
        from .due_pages import register_due_pages
        from .ledger.promised import register_promises
        from .merging import register_tables
        from .owed import register_sources
        from .plans.quality import register_checks

        register_sources()
        register_due_pages()
        register_tables()
        register_checks()
        register_promises()
