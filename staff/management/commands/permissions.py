from django.core.management.base import BaseCommand

from staff.permissions import matrix
from staff.roles import Role


class Command(BaseCommand):
    help = "Print who may do what: one line a permission, one column a role."

    def handle(self, **options):
        roles = list(Role)
        rows = [(str(permission.value), held) for permission, held in matrix()]
        width = max(len(name) for name, _ in rows)
        for number, role in enumerate(roles, start=1):
            self.stdout.write(f"{number:>2} {role.label}")
        self.stdout.write("")
        self.stdout.write(" " * width + "".join(f"{number:>4}" for number in range(1, len(roles) + 1)))
        for name, held in rows:
            self.stdout.write(name.ljust(width) + "".join("   x" if role in held else "   ." for role in roles))
