"""Answers in the shape of a type of a user's own."""
