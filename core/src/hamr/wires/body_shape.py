"""What a client's body must look like; what does not is a BadRequest that names the place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from hamr.errors import BadRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping

    from hamr.types import Call

    Fields = Mapping[str, tuple[str, Callable[[Any, str], Any]]]

T = TypeVar("T")


def read_body(call: Call) -> dict[str, Any]:
    """The body, which must be an object; raises BadRequest."""
    from pydantic_core import from_json

    try:
        body = from_json(call.body)
    except ValueError as error:
        raise BadRequest(f"the body is no JSON: {error}", status=400, code="invalid_json") from error
    return table(body, "the body")


def read_fields(
    body: Mapping[str, Any], fields: Fields, apart: Container[str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a body says in fields that a request has, by its names, and the options: all else but what is read `apart`.

    What is null is left out. Raises BadRequest.
    """
    told: dict[str, Any] = {}
    options: dict[str, Any] = {}
    for name, value in body.items():
        if value is None or name in apart:
            continue
        if name in fields:
            field, read = fields[name]
            told[field] = read(value, name)
        else:
            options[name] = value
    return told, options


def wrong(place: str, wanted: str, value: Any) -> BadRequest:
    """The error for a value of the wrong type."""
    said = f"{place} must be {wanted}, not {_kind(value)}"
    return BadRequest(said, status=400, code="invalid_type", param=place)


def text(value: Any, place: str) -> str:
    """A text; raises BadRequest."""
    if not isinstance(value, str):
        raise wrong(place, "a string", value)
    return value


def whole(value: Any, place: str) -> int:
    """A whole number, also where it is written 1.0; raises BadRequest."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise wrong(place, "a whole number", value)
    return value


def number(value: Any, place: str) -> float:
    """A number; raises BadRequest."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise wrong(place, "a number", value)
    return value


def truth(value: Any, place: str) -> bool:
    """True or false; raises BadRequest."""
    if not isinstance(value, bool):
        raise wrong(place, "true or false", value)
    return value


def table(value: Any, place: str) -> dict[str, Any]:
    """An object; raises BadRequest."""
    if not isinstance(value, dict):
        raise wrong(place, "an object", value)
    return value


def array(value: Any, place: str) -> list[Any]:
    """A list; raises BadRequest."""
    if not isinstance(value, list | tuple):
        raise wrong(place, "a list", value)
    return list(value)


def entries(value: Any, place: str) -> list[Any]:
    """A list with something in it; raises BadRequest."""
    found = array(value, place)
    if not found:
        raise BadRequest(f"{place} must hold at least one entry", status=400, code="empty_array", param=place)
    return found


def base64_data(value: Any, place: str) -> bytes:
    """Bytes as base64; raises BadRequest."""
    import base64

    try:
        return base64.b64decode(text(value, place), validate=True)
    except ValueError as error:
        raise BadRequest(f"{place} is no base64", status=400, code="invalid_base64", param=place) from error


def optional(body: Mapping[str, Any], name: str, read: Callable[[Any, str], T], place: str = "") -> T | None:
    """What stands under the name, read; None where nothing does, or null. Raises BadRequest."""
    value = body.get(name)
    return None if value is None else read(value, f"{place}.{name}" if place else name)


def _kind(value: Any) -> str:
    names = {type(None): "null", bool: "a boolean", str: "a string", dict: "an object", list: "a list"}
    return names.get(type(value), "a number" if isinstance(value, int | float) else type(value).__name__)
