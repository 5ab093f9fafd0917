from django.db import migrations

from sendco.audit.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("governance", "0002_missed_deadlines_and_feeds")]
    operations = [
        migrations.RemoveField(model_name="dailyrun", name="calendar_mark"),
        append_only(
            "governance",
            "HistoricalMissedDeadline",
            "HistoricalReminderPlan",
            "HistoricalRuleStages",
            "HistoricalCover",
        ),
    ]
