"""A number, a text or a constant that satisfies a JSON Schema."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from typing import Any

from hamr.api import BadRequest

LONGEST = 1_000_000

_LIMITS: Mapping[str, Callable[[float, float], bool]] = {
    "minimum": operator.ge,
    "exclusiveMinimum": operator.gt,
    "maximum": operator.le,
    "exclusiveMaximum": operator.lt,
}
_FORMATS = {
    "date": "2001-02-03",
    "date-time": "2001-02-03T04:05:06Z",
    "time": "04:05:06Z",
    "duration": "P1D",
    "email": "sim@example.com",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uri": "https://example.com/",
    "uuid": "00000000-0000-4000-8000-000000000000",
}
_TRIES = ("sim", "S", "SIM", "Sim", "s1", "A1", "0", "7", "42", "123", "1234", "12345", "1.5", "a-b", "a_b", "#a1b2c3")


def scalar(kind: str, schema: Mapping[str, Any]) -> Any:
    """The value of this kind; raises BadRequest where there is none that is known."""
    match kind:
        case "integer":
            return _number(schema, whole=True)
        case "number":
            return _number(schema, whole=False)
        case "boolean":
            return True
        case "null":
            return None
        case _:
            return _string(schema)


def _number(schema: Mapping[str, Any], *, whole: bool) -> float:
    """One, zero, or else the number nearest to a limit that will do."""
    step = schema.get("multipleOf", 1)
    limits = [schema[name] for name in _LIMITS if name in schema]
    tries = [step, 0, *(step * (limit // step + count) for limit in limits for count in (0, 1, -1))]
    if not whole and "multipleOf" not in schema and limits:
        tries += [sum(limits) / len(limits), *limits]
    for value in tries:
        if _fits(value, schema) and (not whole or value == int(value)):
            return int(value) if value == int(value) else float(value)
    raise impossible("no number that it tries is within the limits")


def _fits(value: float, schema: Mapping[str, Any]) -> bool:
    return all(compare(value, schema[name]) for name, compare in _LIMITS.items() if name in schema)


def _string(schema: Mapping[str, Any]) -> str:
    fewest, most = schema.get("minLength", 0), schema.get("maxLength", LONGEST)
    if fewest > LONGEST:
        raise impossible(f"it asks for a text of more than {LONGEST:,} characters")
    pattern = schema.get("pattern")
    if pattern is None:
        if schema.get("format") in _FORMATS:
            return str(_FORMATS[schema["format"]])
        text: str = ("sim" + "m" * (fewest - 3))[: min(most, LONGEST)]
        return text
    for text in (*_TRIES, *_FORMATS.values(), *(letter * fewest for letter in "a0A")):
        if fewest <= len(text) <= most and re.search(pattern, text):
            return text
    raise impossible(f"no text that it knows matches the pattern {pattern!r}")


def impossible(why: str) -> BadRequest:
    """The error that tells why no value can be made up."""
    hint = "give it `default`, `examples` or `enum`"
    return BadRequest(f"[sim] no value can be made up for the schema: {why}; {hint}", status=400, code="invalid_schema")
