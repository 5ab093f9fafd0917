from django.db import migrations

from sendco.audit.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("pupils", "0001_initial")]
    operations = [
        append_only(
            "pupils",
            "HistoricalAssessment",
            "HistoricalConcern",
            "HistoricalConcernView",
            "HistoricalContact",
            "HistoricalDocument",
            "HistoricalEnrolment",
            "HistoricalGroupPlace",
            "HistoricalLetter",
            "HistoricalLetterTemplate",
            "HistoricalNeed",
            "HistoricalPupil",
            "HistoricalPupilFlag",
            "HistoricalPupilSupport",
            "HistoricalRegisterEntry",
            "HistoricalWatchListEntry",
        )
    ]
