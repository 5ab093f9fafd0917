"""What is refused about links for people outside and handover packs: codes, and the words that people read."""

from django.utils.translation import gettext_lazy as _

from sendco.refusals import Reason


class OutsideReason(Reason):
    NO_EMAIL = "no_email", _("There is no email address to send the link to. Enter one, or ask in another way.")
    NOT_TO_ASK = "not_to_ask", _("This person is not to be contacted. Speak to the safeguarding lead.")
    PLAN_CLOSED_TO_THEM = (
        "plan_closed_to_them",
        _("This plan is closed or confidential. A link shows open plans only that are not confidential."),
    )
    REFERRAL_ENDED = "referral_ended", _("This referral ended on {day}. Open it again to ask the agency.")
    CONSENT_GONE = "consent_gone", _("Consent to this referral does not stand. Nothing is sent to the agency.")
    ANSWERED = "answered", _("This was answered on {day}. Ask anew if you have another question.")
    WITHDRAWN = "withdrawn", _("This was withdrawn on {day}. Ask anew if you still need an answer.")
    BY_IN_PAST = "by_in_past", _("Choose a day to answer by that is not past.")
    NOTHING_SENT = "nothing_sent", _("Write something, or add a file, before you send it.")
    ANSWER_TOO_LONG = "answer_too_long", _("This is longer than {most} characters. Shorten it, or send it as a file.")
    MOST_FILES_SENT = "most_files_sent", _("There are {most} files already. Take one out first.")
    MOST_BYTES_SENT = "most_bytes_sent", _("The files are more than {most} MB together. Send fewer, or smaller ones.")
    SENT_ELSEWHERE = "sent_elsewhere", _("The answer was sent from another phone or page. Nothing more is needed.")
    FILED_ALREADY = "filed_already", _("It is among the child's documents already: {title}.")
    NO_PART = "no_part", _("Choose at least one part.")
    NOTHING_CAME = "nothing_came", _("Nothing has come yet.")
    SENT_ALREADY = "sent_already", _("The link was sent already. Ask again on its own page to send a new one.")
    NOT_KEPT = "not_kept", _("The PDF is not kept any more. Make a new pack if it is still needed.")
    NOT_MADE_YET = "not_made_yet", _("The PDF is not made yet. Wait a minute and try again.")
    RECEIVED = "received", _("It was received on {day} by {person}.")
    RECEIVER_UNSAID = "receiver_unsaid", _("Choose a colleague, or write the name and the email address.")
    RECEIVER_BLIND = "receiver_blind", _("{person} does not see this child yet. Give them the class first.")
    NAME_UNSAID = "name_unsaid", _("Write your name, so that the school knows who has it.")
