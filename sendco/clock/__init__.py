"""Pure date rules: counting units, calendars, rules, deadlines. Standard library only; `today` is an argument."""

from sendco.clock.age import (
    academic_year_start,
    compulsory_school_age_ends,
    compulsory_school_age_starts,
    nc_year,
    young_person_from,
)
from sendco.clock.calendar import (
    DateRange,
    SchoolCalendar,
    add_working_days,
    is_working_day,
    last_working_day_on_or_before,
    next_working_day,
    working_day_after,
)
from sendco.clock.census import CensusSuggestion, CensusTerm, suggest_census, suggest_census_year
from sendco.clock.closure import ClosedWindow, closed_window
from sendco.clock.errors import CalendarNotKnown, HolidaysNotKnown, NotKnownYet
from sendco.clock.holidays import bank_holidays, is_bank_holiday
from sendco.clock.law import SEND_LAW_FROM
from sendco.clock.receipt import LONDON, SentBy, receipt_date
from sendco.clock.rules import (
    SOON_DAYS,
    Basis,
    Deadline,
    Duty,
    NoSuchRule,
    Rule,
    Urgency,
    evaluate,
    explain,
    pick,
    urgency_of,
)
from sendco.clock.sending import LONGEST_CLOSURE, SendingDays
from sendco.clock.tribunal import LodgingMonths, TribunalDays, add_tribunal_days, roll_lodging_end
from sendco.clock.units import (
    Before,
    Days,
    Months,
    MonthsBefore,
    SchoolDays,
    SchoolDaysBefore,
    Unit,
    Weeks,
    WeeksBefore,
    WorkingDays,
    corresponding_date,
)
from sendco.clock.words import long_date, short_date

__all__ = [
    "Basis",
    "Before",
    "CalendarNotKnown",
    "CensusSuggestion",
    "CensusTerm",
    "ClosedWindow",
    "DateRange",
    "Days",
    "Deadline",
    "Duty",
    "HolidaysNotKnown",
    "LONDON",
    "LONGEST_CLOSURE",
    "LodgingMonths",
    "Months",
    "MonthsBefore",
    "NoSuchRule",
    "NotKnownYet",
    "Rule",
    "SEND_LAW_FROM",
    "SOON_DAYS",
    "SchoolCalendar",
    "SchoolDays",
    "SchoolDaysBefore",
    "SendingDays",
    "SentBy",
    "TribunalDays",
    "Unit",
    "Urgency",
    "Weeks",
    "WeeksBefore",
    "WorkingDays",
    "academic_year_start",
    "add_tribunal_days",
    "add_working_days",
    "bank_holidays",
    "closed_window",
    "compulsory_school_age_ends",
    "compulsory_school_age_starts",
    "corresponding_date",
    "evaluate",
    "explain",
    "is_bank_holiday",
    "is_working_day",
    "last_working_day_on_or_before",
    "long_date",
    "nc_year",
    "next_working_day",
    "pick",
    "receipt_date",
    "roll_lodging_end",
    "short_date",
    "suggest_census",
    "suggest_census_year",
    "urgency_of",
    "working_day_after",
    "young_person_from",
]
