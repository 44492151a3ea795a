"""What other programs have written down, taken over: their files are read, and never changed."""
