"""The version of a model, by its name."""

from __future__ import annotations

import re

PATTERNS = (
    re.compile(r"claude-(?:[a-z]+-)?(\d{1,2})(?!\d)(?:[-.](\d{1,2})(?!\d))?"),
    re.compile(r"gpt-(\d{1,2})(?!\d)(?:\.(\d{1,2}))?"),
    re.compile(r"(?:^|/)o(\d{1,2})(?!\d)()"),
)
"""Anthropic's names and OpenAI's, the numbers in groups; a number of more digits is a date."""


def version(name: str) -> tuple[int, int] | None:
    """Both numbers of it, `(4, 7)`; None for a name that says none, or that of another maker (inventory N-102)."""
    found = next((match for pattern in PATTERNS if (match := pattern.search(name.lower()))), None)
    return None if found is None else (int(found[1]), int(found[2] or 0))
