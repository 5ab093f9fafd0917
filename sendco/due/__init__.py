"""The one table of what is due. Services write it; every list, home page and reminder reads it."""
