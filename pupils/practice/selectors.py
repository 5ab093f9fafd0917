"""Finding what works: by words and by type of need, what helped most often first."""

from django.db.models import Count, Q, QuerySet

from staff.acting import Acting

from ..models import NeedType, PracticeNote


def need_names() -> dict[str, str]:
    """{census code: name} of the types of need that hold today."""
    return dict(NeedType.objects.filter(valid_to=None).order_by("code").values_list("code", "name"))


def notes(acting: Acting, *, words: str = "", need: str = "", archived: bool = False) -> list[PracticeNote]:
    """Notes with `helped`, `partly` and `not_helped`: how many colleagues said so. One query.

    `words` all have to stand in the title, the text or the source. A note without needs is for every need.
    """
    rows: QuerySet[PracticeNote] = PracticeNote.objects.visible_to(acting).filter(archived_on__isnull=not archived)
    for word in words.split()[:8]:
        rows = rows.filter(Q(title__icontains=word) | Q(text__icontains=word) | Q(source__icontains=word))
    counted = rows.annotate(
        helped=Count("uses", filter=Q(uses__helped="yes")),
        partly=Count("uses", filter=Q(uses__helped="partly")),
        not_helped=Count("uses", filter=Q(uses__helped="no")),
    ).order_by("-helped", "not_helped", "title", "pk")
    return [note for note in counted if not need or not note.needs or need in note.needs]
