import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

ID = ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))


class Migration(migrations.Migration):
    dependencies = [("ehcp", "0003_review_pack"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.AddField("contribution", "drafts", models.JSONField(default=dict)),
        migrations.AddField("historicalcontribution", "drafts", models.JSONField(default=dict)),
        migrations.CreateModel(
            name="ContributionFile",
            fields=[
                ID,
                ("file_id", models.BigIntegerField()),
                ("name", models.CharField(max_length=200)),
                ("size", models.PositiveIntegerField()),
                ("added_at", models.DateTimeField(auto_now_add=True)),
                (
                    "contribution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="files", to="ehcp.contribution"
                    ),
                ),
            ],
            options={"ordering": ["pk"]},
        ),
        migrations.CreateModel(
            name="ReviewMail",
            fields=[
                ID,
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("invitation", "Invitation"),
                            ("request", "Asked for a contribution"),
                            ("reminder", "Reminded"),
                        ],
                        max_length=10,
                    ),
                ),
                ("to", models.EmailField(max_length=254)),
                ("made_at", models.DateTimeField(auto_now_add=True)),
                ("sent_at", models.DateTimeField(null=True)),
                ("link_id", models.BigIntegerField(null=True)),
                ("problem", models.CharField(blank=True, max_length=200)),
                (
                    "invitee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="mails", to="ehcp.invitee"
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={"ordering": ["-pk"]},
        ),
    ]
