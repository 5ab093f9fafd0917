import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models

import ehcp.models.chasers
from sendco.audit.triggers import append_only

ID = ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))


def one_a_school():
    return models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="staff.school")


def plan_fields():
    return [
        ("is_on", models.BooleanField(default=True)),
        ("days", models.JSONField(default=ehcp.models.chasers.default_days)),
        ("version", models.PositiveIntegerField(default=1)),
    ]


class Migration(migrations.Migration):
    dependencies = [
        ("ehcp", "0005_keep_history"),
        ("staff", "0003_lost_factor"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(name="ChaserPlan", fields=[ID, *plan_fields(), ("school", one_a_school())]),
        migrations.CreateModel(
            name="ChaserRun", fields=[ID, ("ran_on", models.DateField()), ("school", one_a_school())]
        ),
        migrations.CreateModel(
            name="HistoricalChaserPlan",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                *plan_fields(),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "school",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="staff.school",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical chaser plan",
                "verbose_name_plural": "historical chaser plans",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.AddField("annualreview", "reminders_stopped_on", models.DateField(blank=True, null=True)),
        migrations.AddField("historicalannualreview", "reminders_stopped_on", models.DateField(blank=True, null=True)),
        migrations.AddField("reviewmail", "set_on", models.DateField(null=True)),
        migrations.AddConstraint(
            "reviewmail",
            models.UniqueConstraint(fields=["invitee", "set_on"], name="one_reminder_an_invitee_and_set_day"),
        ),
        append_only("ehcp", "HistoricalChaserPlan"),
    ]
