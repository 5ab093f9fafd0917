"""Drills on a demo site of its own: lose everything and restore it, fill the disk, kill the worker and the broker."""
