"""Two invented schools to look around in. Nobody and nothing in here is real."""
