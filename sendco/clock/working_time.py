"""What the law says about the length of a working day. Minutes, standard library only."""

# A worker whose daily working time is more than six hours has a rest break of at least 20 minutes, uninterrupted and
# away from the work: Working Time Regulations 1998 (SI 1998/1833), reg 12(1), (3). Stated for adults.
LONG_DAY = 6 * 60
LEAST_BREAK = 20
BREAK_AUTHORITY = "Working Time Regulations 1998, reg 12"
# No week is longer, and no contract has more weeks than a year.
HOURS_IN_A_WEEK = 7 * 24
MOST_WEEKS = 53


def break_is_missing(worked: int, breaks: list[int]) -> bool:
    """Whether a day lacks its rest break. `worked` is without unpaid breaks; `breaks` are the lengths of each break."""
    return worked > LONG_DAY and max(breaks, default=0) < LEAST_BREAK
