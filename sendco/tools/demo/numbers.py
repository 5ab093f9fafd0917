"""Numbers that are right in form and belong to nobody: the authority code is not one that was ever given out."""

from pupils.identifiers import InvalidIdentifier, clean_uln, upn_check_letter


def upn(*, dfe_number, year, serial, temporary=False):
    """A UPN of this school and year of issue; a temporary one ends in a letter."""
    last = "A" if temporary else str(serial % 10)
    twelve = f"{dfe_number}{year % 100:02d}{serial // 10:02d}{last}"
    return upn_check_letter(twelve) + twelve


def uln(serial):
    """The next valid ULN at or after this nine-digit serial number."""
    while True:
        for last in range(10):
            try:
                return clean_uln(f"{serial}{last}")
            except InvalidIdentifier:
                continue
        serial += 1


class Telephones:
    """Numbers that are kept free for invented people (01632 960000 to 960999, 07700 900000 to 900999)."""

    def __init__(self):
        self.next = 0

    def mobile(self):
        self.next += 1
        return f"07700 900{self.next % 1000:03d}"

    def office(self, number):
        return f"01632 960{number:03d}"


class Addresses:
    """House, street and a postcode of an area that does not exist."""

    AREAS = {"Westmarch": "WM", "Eastholt": "EA", "Northfen": "NF"}  # no such areas

    def __init__(self, rng, streets):
        self.rng, self.streets = rng, streets

    def at(self, authority):
        street = f"{self.rng.randint(1, 140)} {self.rng.choice(self.streets)}"
        letters = "ABDEFGHJLNPQRSTUWXYZ"
        inward = f"{self.rng.randint(1, 9)}{self.rng.choice(letters)}{self.rng.choice(letters)}"
        area = self.AREAS.get(authority, "WM")
        return f"{street}\n{authority}", f"{area}{self.rng.randint(1, 20)} {inward}"
