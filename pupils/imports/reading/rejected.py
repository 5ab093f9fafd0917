"""The rows that were not taken in, given back with the reason, ready to be corrected and sent again."""

from pupils.spreadsheets import csv_bytes

REASON_HEADING = "Why it was not taken in"
ROW_HEADING = "Row in your file"


def rejected_csv(rows):
    """Return the rejected ones of `rows` as CSV bytes, in the columns of the file they came from."""
    rejected = [row for row in rows if row.is_rejected]
    lines = [(line, " ".join(str(reason) for reason in row.reasons)) for row in rejected for line in row.lines]
    headings = list(dict.fromkeys(heading for line, _ in lines for heading in line.cells))
    table = ([line.number, reason, *(line.cells.get(heading, "") for heading in headings)] for line, reason in lines)
    return csv_bytes([ROW_HEADING, REASON_HEADING, *headings], table)
