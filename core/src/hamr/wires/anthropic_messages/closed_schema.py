"""JSON Schemas for strict tools and for answers, of which a provider knows less than there is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hamr.wires.anthropic_messages.compat import Compat
    from hamr.wires.told import Told

# Under these stand names of the user's own, not keywords; and under those, values.
_NAMES = frozenset({"properties", "patternProperties", "$defs", "definitions", "dependentSchemas"})
_DATA = frozenset({"const", "default", "enum", "examples", "required"})


def closed_schema(schema: Mapping[str, Any], place: str, compat: Compat, told: Told) -> dict[str, Any] | None:
    """The schema with every object closed, and with what the provider refuses moved into descriptions.

    None where it cannot be said: an object that is open by its own word.
    """
    reading = _Reading(compat)
    read = reading.schema(dict(schema))
    if reading.open:
        return None
    for keyword in reading.moved:
        told("changed", f"{place}.{keyword}", "this provider does not take it; it stands in the description")
    if reading.closed:
        told("injected", f"{place}.additionalProperties", "this provider takes closed objects alone")
    return read


class _Reading:
    def __init__(self, compat: Compat) -> None:
        self._refused = frozenset(compat.unsupported_schema_keywords)
        self._formats, self._closes = compat.schema_formats, compat.closed_objects
        self.moved: dict[str, None] = {}
        self.open = self.closed = False

    def schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        kept: dict[str, Any] = {}
        moved: list[str] = []
        for name, value in schema.items():
            if name in self._refused or (name == "format" and self._formats is not None and value not in self._formats):
                self.moved[name] = None
                moved.append(f"{name}: {_said(value)}")
            elif name in _NAMES and isinstance(value, dict):
                kept[name] = {each: self._any(inner) for each, inner in value.items()}
            else:
                kept[name] = value if name in _DATA else self._any(value)
        if moved:
            kept["description"] = "\n".join([*filter(None, [schema.get("description")]), ", ".join(moved)])
        if self._closes and (schema.get("type") == "object" or "properties" in schema):
            self._close(kept)
        return kept

    def _any(self, value: Any) -> Any:
        if isinstance(value, list | tuple):
            return [self._any(each) for each in value]
        return self.schema(value) if isinstance(value, dict) else value

    def _close(self, kept: dict[str, Any]) -> None:
        if kept.get("additionalProperties", False) is not False:
            self.open = True
        elif "additionalProperties" not in kept:
            self.closed = True
            kept["additionalProperties"] = False


def _said(value: Any) -> str:
    from pydantic_core import to_json

    return to_json(value).decode()
