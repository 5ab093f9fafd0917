"""What was done, in words, and who looked: both can be added to and never changed."""
