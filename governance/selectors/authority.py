"""Which local authority a due item is about: read from the record that gave it."""

from django.db.models import Case, CharField, F, OuterRef, Q, QuerySet, Subquery, When

from ehcp.models import AnnualReview, Appeal, Consultation, LocalAuthority, NeedsAssessment, Plan
from sendco.due.models import DueItem

# The records that one authority answers for, and the way from each to it.
OF_AUTHORITY = (
    (NeedsAssessment, "authority"),
    (Plan, "authority"),
    (AnnualReview, "plan__authority"),
    (Consultation, "authority"),
    (Appeal, "authority"),
)


def about_authority(authority: LocalAuthority) -> Q:
    """The filter for items of the records that this authority answers for."""
    item_filter = Q(pk__in=[])
    for model, path in OF_AUTHORITY:
        own = model.objects.filter(**{path: authority}).values("pk")
        item_filter |= Q(source_type=model._meta.label_lower, source_id__in=own)
    return item_filter


def with_authority(items: QuerySet[DueItem]) -> QuerySet[DueItem]:
    """Add authority_name, None for what no authority answers for."""
    whens = [
        When(
            source_type=model._meta.label_lower,
            then=Subquery(model.objects.filter(pk=OuterRef("source_id")).values_list(F(f"{path}__name"))[:1]),
        )
        for model, path in OF_AUTHORITY
    ]
    return items.annotate(authority_name=Case(*whens, default=None, output_field=CharField(null=True)))
