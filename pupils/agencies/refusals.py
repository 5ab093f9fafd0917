"""What is refused about agencies, referrals and their advice: codes, and the words that people read."""

from django.utils.translation import gettext_lazy as _

from sendco.refusals import Reason


class AgencyReason(Reason):
    SAME_AGENCY = "same_agency", _("{name} is in the directory already. Open it there, or choose another name.")
    HAS_REFERRALS = (
        "has_referrals",
        _("{count} referrals to {name} are open. End them first; what was asked of it stays in any case."),
    )
    AGENCY_ENDED = "agency_ended", _("{name} is no longer used, since {day}. Choose another agency.")
    BOUGHT_BACKWARDS = "bought_backwards", _("The last day lies before the first. Check both dates.")
    VISIT_IN_FUTURE = "visit_in_future", _("A visit cannot have been after today. Check the date.")


class ReferralReason(Reason):
    NO_BASIS = (
        "no_basis",
        _("Nobody's consent is noted. Note it first, or say on which other legal basis the referral goes."),
    )
    BASIS_UNSAID = "basis_unsaid", _("Say on which legal basis it goes without consent.")
    CONSENT_UNSAID = "consent_unsaid", _("Say who consented: choose a parent, or write the name.")
    CONSENT_WITHDRAWN = (
        "consent_withdrawn",
        _("Consent was withdrawn on {day}. Nothing more is sent on it: end the referral, or note a new consent."),
    )
    NO_CONSENT = "no_consent", _("No consent is noted that could be withdrawn.")
    SENT_BEFORE_CONSENT = "sent_before_consent", _("Consent was given on {day}. The referral went then or later.")
    SEEN_BEFORE_SENT = "seen_before_sent", _("The referral went on {day}. The child was seen then or later.")
    NOT_SENT = "not_sent", _("This referral has not gone yet. Note first when it was sent.")
    REPORT_BEFORE_SENT = "report_before_sent", _("The referral went on {day}. A report came then or later.")
    LEAD_BLIND = "lead_blind", _("{person} does not see this child, so cannot look after it. Choose somebody else.")
    SOMETHING_CAME = (
        "something_came",
        _("Something came of it: a visit, a report, a link to the agency. Take that back first, or end the referral."),
    )
    NO_REPORT = "no_report", _("No report is noted.")
    ENDED = "ended", _("This referral ended on {day}. Open it again first.")
    NOT_ENDED = "not_ended", _("This referral is open already.")
    ENDED_TOO_EARLY = "ended_too_early", _("The referral was written on {day}. It ended then or later.")
    ADVICE_OPEN = "advice_open", _("{count} recommendations are not decided yet. Decide on them, then finish it.")
    WHY_UNSAID = "why_unsaid", _("Say in a few words why, or what was changed.")
    NOTHING_ADVISED = "nothing_advised", _("Write at least one recommendation, one a line.")
    TARGET_ENDED = "target_ended", _("Target {number} has ended since. Choose another, or the plan as a whole.")
    ADVICE_STANDS = "advice_stands", _("{count} recommendations are noted already. Take them out first.")
