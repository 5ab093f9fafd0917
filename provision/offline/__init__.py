"""Logging without a signal: what a phone may hold of the day, and taking in what it kept meanwhile."""
