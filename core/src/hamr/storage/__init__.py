"""Files of the user's own: written whole, locked, shared by processes."""
