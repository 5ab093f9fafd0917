"""Secret addresses for people without an account: one purpose, one subject, an end."""
