"""Patterns of names of models: `*` stands for any text."""

from __future__ import annotations


def fits(pattern: str, name: str) -> bool:
    """Whether the whole name is as the pattern says; both in small letters.

    No regular expression: to compile those of a table takes longer than all else that is done with it.
    """
    first, *rest = pattern.split("*")
    if not rest:
        return name == first
    if not name.startswith(first) or len(name) < len(first) + len(rest[-1]) or not name.endswith(rest[-1]):
        return False
    at, end = len(first), len(name) - len(rest[-1])
    for part in rest[:-1]:
        if (found := name.find(part, at, end)) < 0:
            return False
        at = found + len(part)
    return True
