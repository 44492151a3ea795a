"""Vectors as this wire has them: numbers, or base64 of little-endian bytes."""

from __future__ import annotations

import base64
import sys
from array import array
from typing import Any


def read_vector(value: Any, *, of_bytes: bool = False) -> array[float]:
    """The vector; raises ValueError for what is none. `of_bytes` says that base64 holds bytes, not floats."""
    if isinstance(value, list):
        try:
            return array("f", value)
        except (TypeError, OverflowError) as error:
            raise ValueError("not all of it is numbers that fit") from error
    if not isinstance(value, str):
        raise ValueError("it is neither a list nor a text")  # noqa: TRY004  # one error for all that is no vector
    data = base64.b64decode(value, validate=True)
    if of_bytes:
        return array("f", array("b", data))
    vector = array("f")
    vector.frombytes(data)
    if sys.byteorder == "big":
        vector.byteswap()
    return vector


def write_vector(vector: array[float], form: str | None) -> list[float] | str:
    """The vector as a client wants it: `base64`, or numbers."""
    if form != "base64":
        return vector.tolist()
    if sys.byteorder == "big":
        vector = array("f", vector)
        vector.byteswap()
    return base64.b64encode(vector).decode()
