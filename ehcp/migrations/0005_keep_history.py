from django.db import migrations

from sendco.audit.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("ehcp", "0004_contributions")]
    operations = [
        append_only(
            "ehcp",
            "HistoricalAdvice",
            "HistoricalAnnualReview",
            "HistoricalAppeal",
            "HistoricalCaseLetter",
            "HistoricalCaseLetterTemplate",
            "HistoricalCaseworker",
            "HistoricalConsultation",
            "HistoricalContribution",
            "HistoricalCorrespondence",
            "HistoricalExemption",
            "HistoricalInvitee",
            "HistoricalLocalAuthority",
            "HistoricalNeedsAssessment",
            "HistoricalOutcomeReview",
            "HistoricalPlacement",
            "HistoricalPlan",
            "HistoricalPlanMove",
            "HistoricalPlanOutcome",
            "HistoricalPlanReading",
            "HistoricalPlanSection",
            "HistoricalPlanVersion",
            "HistoricalProvisionLine",
            "HistoricalReviewLayout",
            "HistoricalReviewReport",
            "HistoricalTopUpFunding",
            "HistoricalViewDifference",
        )
    ]
