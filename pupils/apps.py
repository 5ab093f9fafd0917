from django.apps import AppConfig


class PupilsConfig(AppConfig):
    name = "pupils"
    verbose_name = "Pupils and the SEND register"

    def ready(self):
        from .agencies import jobs as agency_jobs  # noqa: F401
        from .challenges import jobs as challenge_jobs  # noqa: F401
        from .due_pages import register_due_pages
        from .imports import jobs  # noqa: F401  (its handlers register themselves)
        from .meetings import jobs as meeting_jobs  # noqa: F401
        from .outside import jobs as outside_jobs  # noqa: F401
        from .owed import register_sources
        from .plans import jobs as plan_jobs  # noqa: F401
        from .profiles import jobs as profile_jobs  # noqa: F401

        register_sources()
        register_due_pages()
