from django.db import migrations, models

import sendco.drafts.fields


def seal(apps, schema_editor):
    for draft in apps.get_model("drafts", "Draft").objects.iterator():
        draft.sealed = draft.data
        draft.save(update_fields=["sealed"])


def open_again(apps, schema_editor):
    for draft in apps.get_model("drafts", "Draft").objects.iterator():
        draft.data = draft.sealed
        draft.save(update_fields=["data"])


class Migration(migrations.Migration):
    dependencies = [("drafts", "0001_initial")]

    operations = [
        # So that the way back finds a value for each row.
        migrations.AlterField("draft", "data", models.JSONField(default=dict)),
        migrations.AddField(
            "draft", "sealed", sendco.drafts.fields.SealedJSONField(default=dict), preserve_default=False
        ),
        migrations.RunPython(seal, open_again),
        migrations.RemoveField("draft", "data"),
        migrations.RenameField("draft", "sealed", "data"),
    ]
