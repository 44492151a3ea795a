"""Tools out of functions and types of a user's own."""
