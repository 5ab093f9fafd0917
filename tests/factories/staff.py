from datetime import date

import factory
from factory.django import DjangoModelFactory

from staff.models import Membership, School, TeachingGroup, User
from staff.models.school import SettingType
from staff.roles import Role

PASSWORD = "violet kettle harbour seven"


class SchoolFactory(DjangoModelFactory):
    class Meta:
        model = School

    name = factory.Sequence(lambda n: f"Fernhill School {n}")
    short_name = factory.Sequence(lambda n: f"Fernhill {n}")
    setting_type = SettingType.MAINTAINED_PRIMARY
    local_authority = "Westmarch"


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@fernhill.example")
    name = factory.Sequence(lambda n: f"Robin Person{n}")
    password = factory.django.Password(PASSWORD)


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    school = factory.SubFactory(SchoolFactory)
    role = Role.TEACHER
    starts_on = date(2024, 9, 1)


class TeachingGroupFactory(DjangoModelFactory):
    class Meta:
        model = TeachingGroup

    school = factory.SubFactory(SchoolFactory)
    name = factory.Sequence(lambda n: f"Class {n}")
