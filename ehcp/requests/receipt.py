"""On which day a request that was sent counts as received."""

from datetime import date, datetime

from sendco.clock import SentBy, receipt_date

from ..models import Method

# The clock's word for each way of sending; a web page of the authority counts like e-mail.
SENT_BY = {
    Method.EMAIL: SentBy.EMAIL,
    Method.PORTAL: SentBy.EMAIL,
    Method.FIRST_CLASS: SentBy.FIRST_CLASS_POST,
    Method.SIGNED_FOR: SentBy.SIGNED_FOR,
    Method.HAND: SentBy.BY_HAND,
}


def counted_as_received(sent_at: datetime, method: str) -> date:
    """The day on which what was sent then counts as received. Raises ValueError for signed-for post."""
    return receipt_date(sent_at, SENT_BY[method])
