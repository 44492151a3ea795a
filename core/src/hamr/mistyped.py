"""What is of the wrong type within what a program has made: looked for once something has failed, not before."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import hamr.types
from hamr.errors import ConfigError

LONGEST = 40
"""Characters of a value that are shown."""
NAMES = {str: "a text", bytes: "bytes", bool: "True or False", int: "a whole number", float: "a number"}


def mistyped(value: Any, kind: Any, place: str) -> ConfigError | None:
    """The error for the first thing in `value` that is not as `kind`, a type of `hamr.types`, wants it; None if all is.

    `place` is what the value is called; without it, what is in it goes by its own names.
    """
    where, wrong, wanted = next(_wrong(value, kind, place), ("", None, None))
    if not where:
        return None
    plain = isinstance(wrong, int | float | None) or (isinstance(wrong, str) and "Literal" in str(wanted))
    shown = repr(wrong)[:LONGEST] if plain else f"of the type {type(wrong).__name__}"
    return ConfigError(f"{where} is {shown}", hint=f"Give {_told(wanted)}.")


Found = tuple[str, Any, Any]


def _wrong(value: Any, kind: Any, place: str) -> Iterator[Found]:
    """Each place, what stands there, and what is wanted there."""
    origin, inner = get_origin(kind), get_args(kind)
    if kind is Any:
        return
    if origin in (Union, types.UnionType):
        yield from _of_none(value, inner, kind, place)
    elif origin is Literal:
        yield from () if value in inner else [(place, value, kind)]
    elif origin is tuple:
        yield from _entries(value, inner[0], kind, place)
    elif isinstance(origin, type) and issubclass(Mapping, origin):
        yield from _values(value, inner, kind, place)
    elif is_dataclass(kind) and isinstance(kind, type):
        yield from _fields(value, kind, place)
    elif isinstance(kind, type) and not isinstance(value, (int, float) if kind is float else kind):
        yield place, value, kind


def _of_none(value: Any, kinds: tuple[Any, ...], kind: Any, place: str) -> Iterator[Found]:
    found = [list(_wrong(value, each, place)) for each in kinds]
    if all(found):
        inner = next((each for each in found if each[0][0] != place), None)  # it is of the kind, but for what is in it
        yield from inner or [(place, value, kind)]


def _entries(value: Any, kind: Any, whole: Any, place: str) -> Iterator[Found]:
    if not isinstance(value, tuple | list):
        yield place, value, whole
        return
    for at, each in enumerate(value):
        yield from _wrong(each, kind, f"{place}[{at}]")


def _values(value: Any, kinds: tuple[Any, ...], whole: Any, place: str) -> Iterator[Found]:
    if not isinstance(value, Mapping):
        yield place, value, whole
        return
    for name, each in value.items():
        yield from _wrong(name, kinds[0], f"a name in {place}")
        yield from _wrong(each, kinds[1], f"{place}[{name!r}]")


def _fields(value: Any, kind: type, place: str) -> Iterator[Found]:
    if not isinstance(value, kind):
        yield place, value, kind
        return
    hints = get_type_hints(kind, localns={"Decimal": Decimal, **vars(hamr.types)})
    for each in fields(kind):
        yield from _wrong(getattr(value, each.name), hints[each.name], f"{place}.{each.name}" if place else each.name)


def _told(kind: Any) -> str:
    """The type, for people."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        *most, last = [_told(each) for each in inner if each is not types.NoneType]
        return f"{', '.join(most)} or {last}" if most else last
    if origin is Literal:
        return f"one of {', '.join(map(repr, inner))}"
    if origin is tuple:
        return f"a tuple of: {_told(inner[0])}"
    if isinstance(origin, type):
        return "a mapping, such as a dict"
    return NAMES.get(kind) or f"a hamr.{getattr(kind, '__name__', kind)}"
