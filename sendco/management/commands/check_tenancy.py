from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Exists, F, OuterRef, Q, Subquery
from simple_history.models import HistoricalChanges

from staff.models import Membership, School, User

# The ground keeps plain ids instead of foreign keys.
PLAIN_IDS = {"pupil_id": "pupils.Pupil", "file_id": "files.StoredFile", "job_id": "jobs.Job"}


def school_path(model, seen=()):
    """How to get from a row to its school: itself, a field, or the way over a parent. None when there is no way."""
    if model is School:
        return "pk"
    fields = {field.name: field for field in model._meta.concrete_fields}
    if "school" in fields and fields["school"].related_model is School:
        return "school"
    if "school_id" in fields:
        return "school_id"
    for field in fields.values():
        if field.many_to_one and not field.null and field.related_model not in (model, *seen):
            path = school_path(field.related_model, (model, *seen))
            if path:
                return f"{field.name}__{path}"
    return None


def tenanted_models():
    for model in apps.get_models():
        if model is not School and not issubclass(model, HistoricalChanges) and school_path(model):
            yield model


def links(model):
    """Yield (field name, what the other row's school is) for each way to another row that has a school."""
    own = school_path(model)
    for field in model._meta.concrete_fields:
        target = field.related_model
        if target is None and field.name in PLAIN_IDS and field.name != own:
            yield field.name, _school_of_plain_id(field.name)
        elif field.many_to_one and target is not School and not own.startswith(f"{field.name}__"):
            if path := school_path(target):
                yield field.name, F(f"{field.name}__{path}")


def _school_of_plain_id(name):
    target = apps.get_model(PLAIN_IDS[name])
    return Subquery(target._base_manager.filter(pk=OuterRef(name)).values(school_path(target))[:1])


def crossed_pairs():
    """Yield, in words, each row that points into another school, or at somebody who never worked in its own."""
    for model in tenanted_models():
        rows = model._base_manager.annotate(school_here=F(school_path(model))).exclude(school_here=None).order_by("pk")
        for name, there in links(model):
            crossed = rows.annotate(school_there=there).exclude(school_there=None)
            crossed = crossed.filter(~Q(school_here=F("school_there")))
            for pk, here, other in crossed.values_list("pk", "school_here", "school_there"):
                yield f"{model._meta.label} {pk} of school {here}: {name} points into school {other}"
        for name in _people(model):
            worked = Membership.objects.filter(user=OuterRef(name), school=OuterRef("school_here"))
            strangers = rows.filter(~Exists(worked), **{f"{name}__isnull": False})
            for pk, here in strangers.values_list("pk", "school_here"):
                yield f"{model._meta.label} {pk} of school {here}: {name} is somebody who never worked there"


def _people(model):
    return [field.name for field in model._meta.concrete_fields if field.many_to_one and field.related_model is User]


class Command(BaseCommand):
    help = "Name each row that points from one school into another. Exits 1 if there is one."

    def handle(self, **options):
        count = 0
        for line in crossed_pairs():
            self.stdout.write(line)
            count += 1
        if count:
            raise CommandError(f"{count} rows cross from one school into another.", returncode=1)
        self.stdout.write("No row points from one school into another.")
