"""What developers use: the commands of dev.py, the demo schools, the bench. None of it is in the image."""
