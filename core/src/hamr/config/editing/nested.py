"""Values within values, by the names and the numbers that lead to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Path = tuple[str | int, ...]

MISSING = object()


def found(value: Any, path: Sequence[str | int]) -> Any:
    """What stands there; `MISSING` where nothing does."""
    for name in path:
        in_table = isinstance(value, dict) and name in value
        if not in_table and not (isinstance(name, int) and isinstance(value, list) and -1 < name < len(value)):
            return MISSING
        value = value[name]
    return value


def put(value: Any, path: Path, new: Any) -> Any:
    """The same value with `new` there, tables made on the way; raises TypeError where something else is in the way."""
    if not path:
        return new
    head, rest = path[0], path[1:]
    if isinstance(value, list) and isinstance(head, int) and head < len(value):
        return [put(each, rest, new) if place == head else each for place, each in enumerate(value)]
    if value is MISSING:
        value = {}
    if not isinstance(value, dict) or not isinstance(head, str):
        raise TypeError(f"there is no table for {head!r} to stand in")
    return {**value, head: put(value.get(head, MISSING), rest, new)}


def dropped(value: Any, path: Path) -> Any:
    """The same value without what stands there."""
    head, rest = path[0], path[1:]
    if isinstance(value, list):
        if not rest:
            return [each for place, each in enumerate(value) if place != head]
        return [dropped(each, rest) if place == head else each for place, each in enumerate(value)]
    if not rest:
        return {name: each for name, each in value.items() if name != head}
    return {name: dropped(each, rest) if name == head else each for name, each in value.items()}


def emptied(value: Any, path: Path) -> Path:
    """The path, or that of the table above it which would be empty without it: that goes as well."""
    while len(path) > 1 and len(found(value, path[:-1])) == 1:
        path = path[:-1]
    return path


def with_line_ends(changed: str, text: str) -> str:
    """The changed text with the line ends of the one that it was, if that has CRLF throughout."""
    count = text.count("\n")
    if not count or text.count("\r\n") != count:
        return changed
    return changed.replace("\r\n", "\n").replace("\n", "\r\n")
