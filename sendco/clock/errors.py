class NotKnownYet(ValueError):
    """A date cannot be worked out because data about days is missing. Its text can be shown to a user."""


class HolidaysNotKnown(NotKnownYet):
    """The date lies outside the bank holiday data."""


class CalendarNotKnown(NotKnownYet):
    """The school's calendar is missing, incomplete, or does not reach the date."""
