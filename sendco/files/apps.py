from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "sendco.files"
    default_auto_field = "django.db.models.BigAutoField"
