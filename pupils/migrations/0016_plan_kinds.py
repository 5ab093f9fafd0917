from datetime import date

from django.db import migrations

FROM = date(2014, 9, 1)


def part(code, title, hint=""):
    return {"code": code, "title": title, "hint": hint}


KINDS = [
    {
        "code": "sen_support",
        "name": "SEN support plan",
        "place": 1,
        "basis": "guidance",
        "authority": "SEND Code of Practice 6.44 to 6.56 (assess, plan, do, review) and 6.48 (review date)",
        "valid_from": FROM,
        "sections": [
            part("known", "What we know", "Assessments, observations, advice, what was tried and how it went."),
            part("strengths", "Strengths and interests", "What goes well, and what the child likes."),
            part("barriers", "What makes learning hard", "In lessons, at unstructured times, at home."),
        ],
    },
    {
        "code": "behaviour",
        "name": "Behaviour support plan",
        "place": 2,
        "basis": "local",
        "authority": "School policy",
        "valid_from": FROM,
        "review_weeks": 6,
        "sections": [
            part("strengths", "Strengths and interests", "What goes well, and who they trust."),
            part("meaning", "What the behaviour may be telling us", "What the child gets from it or avoids by it."),
            part("before", "What usually comes before", "Places, times, people, demands, changes."),
            part("signs", "First signs", "How we notice, and what helps at that moment."),
            part("crisis", "When it has happened", "What each adult does; what we never do."),
            part("after", "Afterwards", "How the child comes back, and how things are put right."),
        ],
    },
    {
        "code": "early_years",
        "name": "Early years support plan",
        "place": 3,
        "basis": "guidance",
        "authority": "SEND Code of Practice, chapter 5 (early years providers)",
        "check_note": "the paragraph numbers of chapter 5.",
        "valid_from": FROM,
        "sections": [
            part("known", "What we know", "Progress check at two, health visitor, what home and nursery see."),
            part("play", "How the child plays and explores"),
            part("talk", "How the child understands and tells us things"),
            part("care", "Feeding, sleeping, toileting and moving"),
        ],
    },
    {
        "code": "isp",
        "name": "Individual Support Plan (proposed)",
        "place": 4,
        "basis": "local",
        "authority": "Proposed in the white paper of February 2026; not law",
        "check_note": "a proposal only: no duty exists, and its form is not known.",
        "valid_from": None,
        "review_most_months": 12,
        "sections": [
            part("known", "Needs and strengths"),
            part("support", "Support agreed with the parents"),
        ],
    },
]


def add(apps, schema_editor):
    PlanKind = apps.get_model("pupils", "PlanKind")
    for kind in KINDS:
        PlanKind.objects.update_or_create(code=kind["code"], school=None, valid_from=kind["valid_from"], defaults=kind)


class Migration(migrations.Migration):
    dependencies = [("pupils", "0015_support_plans")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
