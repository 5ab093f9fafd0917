from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="SentForm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("user_id", models.BigIntegerField()),
                ("key", models.CharField(max_length=32)),
                ("digest", models.CharField(max_length=64)),
                ("went_to", models.CharField(blank=True, max_length=500)),
                ("sent_at", models.DateTimeField(db_index=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("user_id", "key"), name="formkit_one_row_per_form_sent")
                ],
            },
        ),
    ]
