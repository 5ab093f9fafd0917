from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_append_only")]

    operations = [
        migrations.AddIndex(
            model_name="read",
            index=models.Index(fields=["hour_at", "school_id", "user_id"], name="audit_read_by_hour"),
        ),
    ]
