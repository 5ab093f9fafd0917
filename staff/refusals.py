"""What is refused about the school, its calendar and its people: codes, and the words that people read."""

from django.utils.translation import gettext_lazy as _

from sendco.refusals import Reason


class SchoolReason(Reason):
    UNIT_NAME_TAKEN = "unit_name_taken", _("There is a unit called {unit} already. Choose another name.")
    TERM_RUNS_INTO_OTHER_YEAR = (
        "term_runs_into_other_year",
        _("{term} runs into a term of another school year. Check both dates."),
    )
    NOTHING_IN_FILE = "nothing_in_file", _("No entry of this file can be used.")
    NO_TERMS = "no_terms", _("Enter at least one term.")
    TERM_NAMES_REPEAT = "term_names_repeat", _("Two terms have the same name. Give each its own.")
    ENDS_BEFORE_START = "ends_before_start", _("The last day of {name} is before its first day. Check both dates.")
    TERM_OUTSIDE_YEAR = "term_outside_year", _("{term} is outside {starts_in}-{ends_in}. Check the year.")
    TERMS_OVERLAP = "terms_overlap", _("{term} begins before the term in front of it has ended. Check both dates.")
    NOTHING_TO_COPY = "nothing_to_copy", _("There are no term dates a year earlier to copy.")
    YEAR_HAS_TERMS = "year_has_terms", _("This year has term dates already. Change them instead.")
    NO_TERMS_TO_CONFIRM = "no_terms_to_confirm", _("Enter the terms first.")
    GROUP_NAME_TAKEN = "group_name_taken", _("There is a group called {group} already. Choose another name.")
    GROUP_ARCHIVED = "group_archived", _("{group} is archived. Bring it back first.")


class PeopleReason(Reason):
    UNIT_MISSING = "unit_missing", _("A provision lead leads one unit. Choose which.")
    WORKS_HERE_IN_ROLE = "works_here_in_role", _("{person} already works here in that role.")
    LEAVES_EARLIER = (
        "leaves_earlier",
        _("{person} leaves on {day} already. To make it later, give the role anew and change the end of the post."),
    )
    INVITATION_CLOSED = "invitation_closed", _("This invitation has been used or has run out. Ask for a new one.")
    OWN_ROLE_GIVEN = "own_role_given", _("Nobody gives a role to themselves. Ask a colleague who manages people.")
    ACCOUNT_CLOSED = "account_closed", _("The account of {person} is closed. Send an invitation to open it again.")
    ROLE_HELD = "role_held", _("{person} already holds that role here.")
    ROLE_HELD_OR_DATES_WRONG = (
        "role_held_or_dates_wrong",
        _("{person} already holds that role here, or the dates are in the wrong order."),
    )
    OWN_ACCESS_ENDED = "own_access_ended", _("Nobody ends their own access. Ask a colleague who manages people.")
    ROLE_ENDS_BEFORE_START = "role_ends_before_start", _("The last day is before the first day. Check the date.")
    LAST_HEAD = "last_head", _("This is the last head of the school. Give somebody else the role first.")
    NOT_WORKING_HERE = "not_working_here", _("{person} does not work here. Invite them first.")
    PLACE_HELD = "place_held", _("{person} is already there.")


class GrantReason(Reason):
    SECOND_PERSON_NEEDED = (
        "second_person_needed",
        _("This role opens children's records or pay. The headteacher or the SENDCo confirms it first."),
    )
    OWN_ROLE = "own_role", _("Nobody confirms their own role. Ask the headteacher or the SENDCo.")
    LEADERS_CONFIRM = (
        "leaders_confirm",
        _("Only the headteacher or the SENDCo confirms this, and not whoever asked. They were told by email."),
    )
    TOO_SOON = (
        "too_soon",
        _("Nobody else leads this school, so you may confirm it, but only from {time} on {weekday}."),
    )
    REQUEST_CLOSED = "request_closed", _("This was decided already. Look at the person's page.")
    CONFIRM_INSTEAD = "confirm_instead", _("Nobody else leads this school: confirm the role instead.")
    COVER_TOO_SOON = (
        "cover_too_soon",
        _("The headteacher and the SENDCo have until {time} on {weekday} to answer. Telephone them meanwhile."),
    )
    NO_HEAD_UNCONFIRMED = (
        "no_head_unconfirmed",
        _("Nobody becomes head without a second person. For urgent work make a colleague SENDCo for these days."),
    )
    NEW_HERE = (
        "new_here",
        _("{person} has not worked here for 30 days yet. Choose a colleague who has, or wait for a second person."),
    )
    COVERED_LATELY = (
        "covered_lately",
        _("This school did it less than 30 days ago. It can again from {day}; until then a second person confirms."),
    )


class LostFactorReason(Reason):
    OWN_REQUEST = "own_request", _("Nobody decides about their own request. Ask the head or the SENDCo.")
    LEADS_ANOTHER_SCHOOL = (
        "leads_another_school",
        _("{person} leads another school. Somebody who leads there decides."),
    )
    LEADERS_DECIDE = "leaders_decide", _("Only the head or the SENDCo decides about this. They were told by mail.")
    TOO_SOON = (
        "too_soon",
        _("Nobody else leads this school, so you may decide, but only from {time} on {weekday}."),
    )
    REQUEST_CLOSED = "request_closed", _("This request is closed. Look at the person's page.")
