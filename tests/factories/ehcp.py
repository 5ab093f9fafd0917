from datetime import date

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from ehcp.models import (
    AnnualReview,
    Appeal,
    Caseworker,
    Consultation,
    LocalAuthority,
    NeedsAssessment,
    Plan,
    PlanOutcome,
    PlanSection,
    PlanVersion,
    ProvisionLine,
)

from .pupils import PupilFactory
from .staff import SchoolFactory, UserFactory


class LocalAuthorityFactory(DjangoModelFactory):
    class Meta:
        model = LocalAuthority

    school = factory.SubFactory(SchoolFactory)
    name = factory.Sequence(lambda n: f"Westmarch {n}")


class CaseworkerFactory(DjangoModelFactory):
    class Meta:
        model = Caseworker

    authority = factory.SubFactory(LocalAuthorityFactory)
    school = factory.SelfAttribute("authority.school")
    name = "Grace Tilley"


class PlanFactory(DjangoModelFactory):
    """A plan in force, with its date."""

    class Meta:
        model = Plan

    pupil = factory.SubFactory(PupilFactory)
    school = factory.SelfAttribute("pupil.school")
    authority = factory.SubFactory(LocalAuthorityFactory, school=factory.SelfAttribute("..school"))
    made_on = date(2026, 3, 16)


class PlanVersionFactory(DjangoModelFactory):
    """A confirmed final version."""

    class Meta:
        model = PlanVersion

    plan = factory.SubFactory(PlanFactory)
    number = factory.LazyAttribute(lambda version: version.plan.versions.count() + 1)
    kind = PlanVersion.Kind.FINAL
    dated_on = factory.SelfAttribute("plan.made_on")
    confirmed_at = factory.LazyFunction(timezone.now)


class PlanSectionFactory(DjangoModelFactory):
    class Meta:
        model = PlanSection

    plan_version = factory.SubFactory(PlanVersionFactory)
    letter = "B"
    html = "<p>Words of the plan</p>"


class PlanOutcomeFactory(DjangoModelFactory):
    class Meta:
        model = PlanOutcome

    plan_version = factory.SubFactory(PlanVersionFactory)
    number = factory.LazyAttribute(lambda outcome: outcome.plan_version.outcomes.count() + 1)
    text = "By the end of Year 6 Kezia will read a page aloud to her class"


class ProvisionLineFactory(DjangoModelFactory):
    class Meta:
        model = ProvisionLine

    plan_version = factory.SubFactory(PlanVersionFactory)
    section = "F"
    number = factory.LazyAttribute(lambda line: line.plan_version.lines.filter(section=line.section).count() + 1)
    text = "A reading programme of 20 minutes, three times a week, by a trained assistant, alone"
    minutes, times, per, who, group_size = 20, 3, "week", "Trained teaching assistant", 1


class NeedsAssessmentFactory(DjangoModelFactory):
    class Meta:
        model = NeedsAssessment

    pupil = factory.SubFactory(PupilFactory)
    school = factory.SelfAttribute("pupil.school")
    authority = factory.SubFactory(LocalAuthorityFactory, school=factory.SelfAttribute("..school"))
    began_on = date(2026, 9, 7)
    received_on = date(2026, 9, 14)


class AnnualReviewFactory(DjangoModelFactory):
    class Meta:
        model = AnnualReview

    pupil = factory.SubFactory(PupilFactory)
    school = factory.SelfAttribute("pupil.school")
    plan = factory.SubFactory(PlanFactory, pupil=factory.SelfAttribute("..pupil"))
    organiser = factory.SubFactory(UserFactory)
    began_on = date(2026, 11, 2)


class AppealFactory(DjangoModelFactory):
    class Meta:
        model = Appeal

    pupil = factory.SubFactory(PupilFactory)
    school = factory.SelfAttribute("pupil.school")
    authority = factory.SubFactory(LocalAuthorityFactory, school=factory.SelfAttribute("..school"))
    about = Appeal.About.NOT_ASSESS
    letter_on = date(2026, 10, 28)


class ConsultationFactory(DjangoModelFactory):
    class Meta:
        model = Consultation

    school = factory.SubFactory(SchoolFactory)
    authority = factory.SubFactory(LocalAuthorityFactory, school=factory.SelfAttribute("..school"))
    child_name = "Robin Ashdown"
    child_birth_on = date(2016, 2, 11)
    received_on = date(2026, 11, 9)
