from datetime import date

from django.db import migrations

FROM = date(2014, 9, 1)
# code, name, short name, area, only with SEN Support, valid from
TYPES = [
    ("SPLD", "Specific learning difficulty", "SpLD", "cl", False, FROM),
    ("MLD", "Moderate learning difficulty", "MLD", "cl", False, FROM),
    ("SLD", "Severe learning difficulty", "SLD", "cl", False, FROM),
    ("PMLD", "Profound and multiple learning difficulty", "PMLD", "cl", False, FROM),
    ("DS", "Down syndrome", "Down syndrome", "x", False, date(2025, 1, 1)),
    ("SEMH", "Social, emotional and mental health", "SEMH", "semh", False, FROM),
    ("SLCN", "Speech, language and communication needs", "SLCN", "ci", False, FROM),
    ("ASD", "Autistic spectrum disorder", "Autism", "ci", False, FROM),
    ("HI", "Hearing impairment", "Hearing", "sp", False, FROM),
    ("VI", "Vision impairment", "Vision", "sp", False, FROM),
    ("MSI", "Multi-sensory impairment", "Multi-sensory", "sp", False, FROM),
    ("PD", "Physical disability", "Physical", "sp", False, FROM),
    ("OTH", "Other difficulty or disability", "Other", "x", False, FROM),
    ("NSA", "No specialist assessment of type of need yet", "Not assessed", "x", True, FROM),
]


def add(apps, schema_editor):
    NeedType = apps.get_model("pupils", "NeedType")
    for code, name, short_name, area, only_k, valid_from in TYPES:
        NeedType.objects.update_or_create(
            code=code,
            valid_from=valid_from,
            defaults={"name": name, "short_name": short_name, "area": area, "only_with_sen_support": only_k},
        )


class Migration(migrations.Migration):
    dependencies = [("pupils", "0002_append_only")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
