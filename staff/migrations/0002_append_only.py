from django.db import migrations

from sendco.audit.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("staff", "0001_initial")]
    operations = [
        append_only(
            "staff",
            "HistoricalSchool",
            "HistoricalUnit",
            "HistoricalMembership",
            "HistoricalTeachingGroup",
            "HistoricalGroupStaff",
        )
    ]
