"""The exit codes of `hamr`; 0 is success."""

from __future__ import annotations

FAILED = 1
"""The call or the command failed."""
MISUSED = 2
"""The command line, a key or a setting is wrong: trying again does not help."""
INTERRUPTED = 130
"""Ctrl-C; as a shell reports a program that SIGINT ended."""
UNREAD = 141
"""Nobody reads standard output; as a shell reports a program that SIGPIPE ended."""
