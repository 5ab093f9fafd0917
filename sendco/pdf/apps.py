from django.apps import AppConfig


class PdfConfig(AppConfig):
    name = "sendco.pdf"
    default_auto_field = "django.db.models.BigAutoField"
