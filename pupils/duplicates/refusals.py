"""What is refused about merging two records and undoing it: codes, and the words that people read."""

from django.utils.translation import gettext_lazy as _

from sendco.refusals import Reason


class MergeReason(Reason):
    SAME_RECORD = "same_record", _("This is one record. Choose another to merge it with.")
    TWO_SCHOOLS = "two_schools", _("These records belong to two schools. A child in two schools stays two records.")
    MERGED_ALREADY = (
        "merged_already",
        _("A colleague has merged the record of {pupil} already. Go back to possible duplicates."),
    )
    PROTECTIONS_DIFFER = (
        "protections_differ",
        _(
            "The two records protect {names} differently (hidden address, do not contact, court order). Make the "
            "contacts agree in both records first, so that nobody is less protected."
        ),
    )
    NOT_TWO_OF_ONE_SCHOOL = "not_two_of_one_school", _("Choose two records of one school.")


class UndoReason(Reason):
    NEW_ROW_IN_THE_WAY = (
        "new_row_in_the_way",
        _(
            "Something new is in the way, such as a UPN that another pupil has now or a second open status. End that "
            "first, or keep the records as one."
        ),
    )
    SEPARATED_ALREADY = "separated_already", _("These records have been separated already.")
    TOO_LATE = "too_late", _("A merge can be undone for {days} days. Add a new record for the other child instead.")
    MERGED_AGAIN = "merged_again", _("The record of {pupil} was merged again later. Undo the later merge first.")
    ROW_GONE = "row_gone", _("Something that was merged is no longer there, so the merge cannot be undone.")
    CHANGED_SINCE = (
        "changed_since",
        _(
            "The {record} was changed since the merge ({field}). Put that back before you undo the merge, or keep the "
            "records as one."
        ),
    )
