"""What cannot be done with an import just now, and why."""

from django.utils.translation import gettext_lazy as _

from sendco.refusals import Reason


class ImportReason(Reason):
    EMPTY = "empty", _("The file is empty. Export the pupils again and check its size before sending it.")
    TOO_LARGE = (
        "too_large",
        _("The file is larger than 50 MB. Split it into smaller files and send them one at a time."),
    )
    NOT_NOW = (
        "not_now",
        _("This import is no longer waiting for you. Reload the page to see where it stands."),
    )
    TOO_LATE_TO_STOP = (
        "too_late_to_stop",
        _("It is being written and can no longer be stopped. You can undo it for seven days."),
    )
    TOO_LATE = "too_late", _("An import can be undone for seven days. Those days are over.")
    MATCHED_TWICE = (
        "matched_twice",
        _("Two columns are matched to one field. Choose one of them, and leave the other out."),
    )
    COLUMNS_MISSING = "columns_missing", "{notes}"
    CHOOSE_THE_FIELDS = "choose_the_fields", _("This row cannot be chosen by itself. Choose its fields.")
    CANNOT_BE_NEW = "cannot_be_new", "{notes}"
    ANSWER_FIRST = (
        "answer_first",
        _("There is a question about this row. Answer it under “Needs a decision”."),
    )
    WHICH_PUPIL = "which_pupil", _("Choose which of the pupils it is.")
    NOTHING_CHOSEN = (
        "nothing_chosen",
        _("Nothing is chosen, so there is nothing to apply. Choose something, or stop the import."),
    )
    FILE_NOT_SETTLED = (
        "file_not_settled",
        _("First say how the file is to be read: the questions stand under “Needs a decision”."),
    )
    NEEDS_CONFIRMATION = "needs_confirmation", "{notes}"
