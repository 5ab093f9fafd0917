from django.apps import AppConfig


class FormkitConfig(AppConfig):
    name = "sendco.formkit"
    default_auto_field = "django.db.models.BigAutoField"
