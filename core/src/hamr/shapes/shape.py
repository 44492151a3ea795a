"""A type as the shape of an answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from hamr.types import ResponseFormat


@dataclass(frozen=True, slots=True)
class Shape(ResponseFormat):
    """A response format that knows how to read what it asks for.

    `read` gives the instance out of the text and raises ValueError saying what is wrong; `partial` gives the best that
    can be made of a value that is still growing; `label` is what people call the type.
    """

    read: Callable[[str], Any] = field(kw_only=True, repr=False, compare=False)
    partial: Callable[[Any], Any] = field(kw_only=True, repr=False, compare=False)
    label: str = field(kw_only=True, repr=False, compare=False)


def shape(kind: Any) -> Shape:
    """The shape of anything that pydantic can make a schema of; raises ConfigError where it cannot."""
    try:
        return _kept(kind)
    except TypeError:  # it cannot be hashed, as some Annotated cannot
        return _made(kind)


def _made(kind: Any) -> Shape:
    from hamr.shapes.typed import Typed

    typed = Typed(kind)
    return Shape(
        schema=typed.schema,
        name=typed.name,
        description=typed.description,
        strict=typed.strict or None,
        read=typed.read,
        partial=typed.partial,
        label=typed.label,
    )


_kept = lru_cache(maxsize=128)(_made)
