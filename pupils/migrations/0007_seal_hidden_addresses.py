"""An address that is hidden today stood in clear in what the history kept of earlier days."""

from django.db import migrations

from sendco import crypt
from sendco.audit import triggers

TABLE = "pupils_historicalcontact"


def seal(apps, schema_editor):
    # The trigger that lets a kept address be emptied, and nothing else.
    triggers.drop(schema_editor, TABLE)
    triggers.create(schema_editor, TABLE)
    hidden = apps.get_model("pupils", "Contact").objects.filter(address_hidden=True).values("pk")
    rows = apps.get_model("pupils", "HistoricalContact").objects
    for row in rows.filter(id__in=hidden).exclude(address="", postcode="").iterator():
        sealed = row.sealed_address or crypt.encrypt("\n".join(part for part in (row.address, row.postcode) if part))
        rows.filter(pk=row.pk).update(address="", postcode="", sealed_address=sealed)


class Migration(migrations.Migration):
    dependencies = [("pupils", "0006_taken_over")]
    operations = [migrations.RunPython(seal, migrations.RunPython.noop)]
