"""How much a user wants sent in a minute, and at once: kept for all processes of the machine together."""
