"""Background work as a row: progress, cancel, retry, and a sweep that finds what a dead worker left."""
