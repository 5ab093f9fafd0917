import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ehcp", "0006_chasers"), ("pupils", "0006_taken_over")]

    operations = [
        migrations.AddField(
            "contributionfile",
            "document",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="pupils.document"
            ),
        ),
    ]
