"""The rows that were not taken in, given back with the reason, ready to be corrected and sent again."""

from pupils.spreadsheets import csv_bytes

REASON_HEADING = "Why it was not taken in"
ROW_HEADING = "Row in your file"


def rejected_csv(rows):
    """Return the rejected ones of `rows` as CSV bytes, in the columns of the file they came from."""
    rejected = [row for row in rows if row.is_rejected]
    sources = [
        (source["number"], source["raw"], " ".join(row.reasons))
        for row in rejected
        for source in ({"number": row.number, "raw": row.raw}, *row.folded)
    ]
    headings = list(dict.fromkeys(heading for _, raw, _ in sources for heading in raw))
    table = ([number, reason, *(raw.get(heading, "") for heading in headings)] for number, raw, reason in sources)
    return csv_bytes([ROW_HEADING, REASON_HEADING, *headings], table)
