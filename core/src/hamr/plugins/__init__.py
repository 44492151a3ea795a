"""What is installed, and what it says of itself; nothing here imports a plugin before it is used."""
