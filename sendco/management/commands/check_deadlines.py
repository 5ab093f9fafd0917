from django.core.management.base import BaseCommand, CommandError

from sendco.due.models import DueItem
from sendco.due.registry import SOURCES
from staff import owed


def differences():
    """Yield, in words, each due row that is not what the facts say, over every floor that owes something."""
    yield from owed.all_differences()
    yield from _without_a_record(SOURCES)


def _without_a_record(models):
    for model in models:
        label = model._meta.label_lower
        left_over = DueItem.objects.filter(source_type=label).exclude(source_id__in=model.objects.values("pk"))
        for item in left_over.order_by("pk"):
            yield f"{label} {item.source_id}: {item.rule} from {item.trigger_on} belongs to a record that is gone"


class Command(BaseCommand):
    help = "Work out every deadline again and name each row of the due table that differs. Exits 1 if any does."

    def handle(self, **options):
        count = 0
        for line in differences():
            self.stdout.write(line)
            count += 1
        if count:
            raise CommandError(f"{count} due rows differ from the facts.", returncode=1)
        self.stdout.write("Every deadline is what the facts say.")
