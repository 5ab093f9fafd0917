"""The day on which the law of special educational needs in England began."""

from datetime import date

# Part 3 of the Children and Families Act 2014, the SEND Regulations 2014 and the Code of Practice began on this day:
# no EHC plan, and no status K, is older.
SEND_LAW_FROM = date(2014, 9, 1)
