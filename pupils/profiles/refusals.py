from django.utils.translation import gettext_lazy as _

from sendco.refusals import Reason


class ProfileReason(Reason):
    NOTHING_WRITTEN = (
        "nothing_written",
        _("There is nothing to publish yet. Write at least how best to support {pupil}."),
    )
    TOO_LONG = (
        "too_long",
        _(
            "It does not fit on one page, even at the smallest size that can be read. Cut “{field}” first: it has "
            "{count} characters, and about {limit} fit beside the rest."
        ),
    )
    NOT_DRAWN = (
        "not_drawn",
        _("The page could not be drawn just now. Nothing is lost: publish it again in a minute."),
    )
    NO_CHANGE = "no_change", _("Nothing has changed since version {number}. There is nothing to publish.")
    MINOR_WHY = "minor_why", _("Say in a few words why nobody has to read it again.")
    OLDER = "older", _("The profile was published again while you read. Read version {number}, then say so.")
    NOT_PUBLISHED = "not_published", _("There is no published profile to read yet.")
    PHOTO_CONSENT = "photo_consent", _("Say who agreed to the photo, and when.")
    PHOTO_KIND = "photo_kind", _("A photo is a JPEG picture. Save it as JPEG, or choose another.")
    PUPIL_LEFT = "pupil_left", _("{pupil} left on {day}. The profile stays as it was.")
