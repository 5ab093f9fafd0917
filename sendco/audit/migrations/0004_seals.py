from django.db import migrations, models

from sendco.audit.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_reads_by_hour")]

    operations = [
        migrations.CreateModel(
            name="Seal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(unique=True)),
                ("tables", models.JSONField()),
                ("head", models.CharField(max_length=64)),
                ("made_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={"abstract": False},
        ),
        append_only("audit", "Seal"),
    ]
