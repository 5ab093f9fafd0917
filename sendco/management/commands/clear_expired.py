from django.conf import settings
from django.core.management.base import BaseCommand

from pupils.imports.services import steps as imports
from pupils.record.services import hiding
from sendco import broker
from sendco.drafts import presence
from sendco.drafts import services as drafts
from sendco.files import services as files
from sendco.formkit import once
from sendco.limits import services as limits


class Command(BaseCommand):
    help = "Remove what has served its time: export files, old drafts, forms sent and counted limits."

    def handle(self, *args, **options):
        removed = files.delete_expired() + files.remove_orphans() + drafts.clean_old() + limits.clean_old()
        removed += once.clean_old() + presence.clean_old()
        removed += broker.tidy(settings.DATA_DIR / "broker" / "queue")
        imports.clear_old()
        hiding.seal_left_over()
        self.stdout.write(f"{removed} expired things removed.")
