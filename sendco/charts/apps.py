from django.apps import AppConfig


class ChartsConfig(AppConfig):
    name = "sendco.charts"
    default_auto_field = "django.db.models.BigAutoField"
