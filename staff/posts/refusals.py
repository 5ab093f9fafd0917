from django.utils.translation import gettext_lazy as _

from sendco.refusals import Reason


class PostReason(Reason):
    ALREADY_STAFF = "already_staff", _("{person} is on the staff list already.")
    OWN_ACCOUNT = "own_account", _("Nobody puts their own account on a colleague's record. Ask another who may.")
    RATE_TOO_HIGH = "rate_too_high", _("An hour would cost £{hourly}. Check the amount, the hours and the weeks.")
    ACCOUNT_STAYS = (
        "account_stays",
        _("What was written about or by {person} belongs to this account. Add another record instead."),
    )
    POST_IN_USE = (
        "post_in_use",
        _("Rates, time outside the pattern or a job description stand in this post. Set its last day instead."),
    )
    POSTS_OVERLAP = (
        "posts_overlap",
        _("{person} holds the post {title} in that time already. End it first, or change it."),
    )
    TIMES_OVERLAP = (
        "times_overlap",
        _("{person} would work twice at once on {weekday}: in the posts {title} and {other}. Check both patterns."),
    )
    DATES_IN_ORDER = "dates_in_order", _("The last day is before the first day. Check both dates.")
    PATTERN_OUTSIDE_POST = (
        "pattern_outside_post",
        _("The post is not held on {day}. Choose a day from {first} on, within the post."),
    )
    PATTERN_THERE = (
        "pattern_there",
        _("There is a working pattern from that day already. Open it and change it."),
    )
    RATE_THERE = "rate_there", _("There is a rate from that day already. Open it and change it.")
    RATE_MISSING = (
        "rate_missing",
        _("No hourly rate is entered for {title} on {day}. Somebody who may see pay enters one on the page Pay."),
    )
    FORMULA_MISSING = (
        "formula_missing",
        _("No formula of {authority} is entered for {group} on {day}. Add it under Hourly rates of authorities."),
    )
    LINE_TO_SELF = "line_to_self", _("Nobody manages themselves. Choose somebody else.")
    LINE_CYCLE = (
        "line_cycle",
        _("{manager} is managed by {person}, directly or through others. Change that line first."),
    )
    LINE_NOT_YOURS = (
        "line_not_yours",
        _("{person} is in somebody else's line. The headteacher changes it, because it opens absences and the like."),
    )
    MANAGER_NOT_YOURS = (
        "manager_not_yours",
        _("Choose yourself or somebody of your own line. The headteacher sets every other line manager."),
    )
    LINE_OF_HEAD = "line_of_head", _("Only a headteacher sets the line manager of a headteacher.")
    LINE_BEFORE_LAST = (
        "line_before_last",
        _("A line manager is set from {day} on already. Choose that day or a later one."),
    )
    NOT_IN_POST = "not_in_post", _("{person} holds no post here on {day}. Choose another day.")
