"""The command line: `hamr`, its commands, and what they print."""
