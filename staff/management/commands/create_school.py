import sys

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction

from sendco.refusals import Refused
from staff import services
from staff.models import School
from staff.models.school import SettingType
from staff.roles import Role
from staff.sign_in.invitations import address_of

# What is asked for, in this order: (option, words, longest).
ASKED = (
    ("name", "Name of the school", 150),
    ("short_name", "Short name, for the menu", 40),
    ("setting", f"Setting, one of: {', '.join(SettingType.values)}", 30),
    ("head_name", "Name of the headteacher", 120),
    ("head_email", "Email of the headteacher", 254),
    ("senco_name", "Name of the SENDCo", 120),
    ("senco_email", "Email of the SENDCo", 254),
)


class Command(BaseCommand):
    help = "Set up a school and print one invitation link each for its headteacher and its SENDCo."

    def add_arguments(self, parser):
        for option, prompt, _ in ASKED:
            parser.add_argument(f"--{option.replace('_', '-')}", dest=option, default="", help=prompt)
        parser.add_argument("--local-authority", dest="local_authority", default="", help="Name of the local authority")

    def handle(self, **options):
        values = {}
        for option, prompt, longest in ASKED:
            values[option] = self._value(option, prompt, longest, options[option].strip(), values)
        try:
            school, links = self._create(values, options["local_authority"][:100])
        except Refused as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{school.name} is set up. Give each person their own link; it works once, for 7 days:")
        for label, link in links:
            self.stdout.write(f"{label}: {link}")

    def _value(self, option, prompt, longest, value, before):
        """What was given on the command line; else what is typed, asked again until it can be used."""
        is_asked = not value and sys.stdin.isatty()
        if is_asked:
            value = input(f"{prompt}: ").strip()
        while problem := _problem(option, prompt, longest, value, before):
            if not is_asked:
                raise CommandError(problem)
            self.stderr.write(problem)
            value = input(f"{prompt}: ").strip()
        return value

    @transaction.atomic
    def _create(self, values, local_authority):
        school = services.create_school(
            name=values["name"],
            short_name=values["short_name"],
            setting_type=values["setting"],
            local_authority=local_authority,
        )
        links = []
        for role, who in ((Role.HEAD, "head"), (Role.SENCO, "senco")):
            _, secret = services.invite(
                school=school, email=values[f"{who}_email"], name=values[f"{who}_name"], role=role, by=None
            )
            links.append((f"{values[f'{who}_name']}, {role.label}", address_of(secret)))
        return school, links


def _problem(option, prompt, longest, value, before):
    """Why a value cannot be used, in words, or "". `before` holds those that were given before it."""
    name = f"--{option.replace('_', '-')}"
    if not value:
        return f"Give {name}: {prompt}."
    if len(value) > longest:
        return f"{name} is too long: at most {longest} characters."
    if option == "setting" and value not in SettingType.values:
        return f"{name} is one of: {', '.join(SettingType.values)}."
    if option == "name" and School.objects.filter(name__iexact=value).exists():
        return f"There is a school called {value} already. Nothing was changed."
    if option.endswith("_email"):
        try:
            validate_email(value)
        except ValidationError:
            return f"{value} is not an email address."
    if option == "senco_email" and value.lower() == before["head_email"].lower():
        return "The headteacher and the SENDCo need an address each."
    return ""
