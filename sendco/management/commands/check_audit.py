from django.core.management.base import BaseCommand, CommandError

from sendco.audit.models import Seal
from sendco.audit.sealing import check


class Command(BaseCommand):
    help = (
        "Add up again what is kept for ever and compare it with the seals. Prints each difference and exits 1. Give "
        "the head of a mail or of a backup to find out whether the seals themselves were made anew."
    )

    def add_arguments(self, parser):
        parser.add_argument("--head", default="", help="a head that was written down elsewhere, 64 letters and digits")

    def handle(self, *, head, **options):
        faults = list(check(head="".join(head.split()).lower()))
        for fault in faults:
            self.stdout.write(f"{fault.day}: {fault.what}")
        last = Seal.objects.order_by("-day").first()
        if faults:
            raise CommandError(f"{len(faults)} differences. The record is not what was sealed.", returncode=1)
        if last is None:
            self.stdout.write("Nothing is sealed yet. The first seal is made in the night.")
        else:
            self.stdout.write(f"The record is what was sealed, up to {last.day}. Head: {last.head}")
