from datetime import date

import factory
from factory.django import DjangoModelFactory

from pupils import search
from pupils.models import Enrolment, Pupil, RegisterEntry

from .staff import SchoolFactory


class PupilFactory(DjangoModelFactory):
    """A pupil on roll with an enrolment and an open register entry of N, findable by name."""

    class Meta:
        model = Pupil
        skip_postgeneration_save = True

    school = factory.SubFactory(SchoolFactory)
    legal_forename = factory.Sequence(lambda n: f"Ada{n}")
    legal_surname = factory.Sequence(lambda n: f"Quill{n}")
    birth_on = date(2016, 2, 14)
    year_group = "5"
    joined_on = date(2024, 9, 2)

    @factory.post_generation
    def on_roll(self, create, extracted, **kwargs):
        if create and extracted is not False:
            Enrolment.objects.create(pupil=self, starts_on=self.joined_on)
            RegisterEntry.objects.create(school=self.school, pupil=self, code="N", starts_on=self.joined_on)
        if create:
            search.reindex(self)


class RegisterEntryFactory(DjangoModelFactory):
    class Meta:
        model = RegisterEntry

    pupil = factory.SubFactory(PupilFactory)
    school = factory.SelfAttribute("pupil.school")
    code = "K"
    starts_on = date(2025, 9, 1)
