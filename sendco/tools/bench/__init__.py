"""Speed, as ratios to a bare signed-in view of the same run. Never part of a test."""
