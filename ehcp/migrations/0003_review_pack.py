from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ehcp", "0002_plan_reading")]

    operations = [
        *[
            migrations.AddField(model, name, field)
            for model in ("annualreview", "historicalannualreview")
            for name, field in (
                ("pack_file_id", models.BigIntegerField(null=True)),
                ("pack_job_id", models.BigIntegerField(null=True)),
                ("pack_made_at", models.DateTimeField(null=True)),
            )
        ],
        *[
            migrations.AddField(model, "version", models.PositiveIntegerField(default=1))
            for model in ("outcomereview", "historicaloutcomereview")
        ],
    ]
