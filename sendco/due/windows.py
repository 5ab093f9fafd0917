"""How far pages and mails look ahead. No law says so: it is what one person can plan."""

from datetime import timedelta

# What is called "this week", from any day on.
THIS_WEEK = timedelta(days=7)
# What the home page and the register call due soon: four weeks, so that a meeting can still be called.
DUE_SOON = timedelta(days=28)
