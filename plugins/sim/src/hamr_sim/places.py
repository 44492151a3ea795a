"""Which wire is spoken at which path."""

from __future__ import annotations

from fnmatch import fnmatchcase

from hamr.api import Dialect, Purpose, dialect, dialects


def spoken_at(path: str) -> tuple[Dialect, Purpose] | None:
    """The wire of this path, and what is asked for there; None where nothing is."""
    for name in dialects():
        wire = dialect(name)
        for pattern, purpose in wire.paths.items():
            if fnmatchcase(path, pattern):
                return wire, purpose
    return None


def known() -> list[str]:
    """The patterns of all paths, for whoever has lost the way."""
    return [pattern for name in dialects() for pattern in dialect(name).paths]
