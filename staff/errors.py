class Refused(Exception):
    """The school's rules do not allow this. The message tells the person what to do instead."""
