"""JSON Schemas without the keywords that a provider refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection

    from hamr.wires.told import Told

# Under these stand names of the user's own, not keywords.
_NAMES = frozenset({"properties", "patternProperties", "$defs", "definitions", "dependentSchemas"})
# And here stand values, not schemas.
_DATA = frozenset({"const", "default", "enum", "examples"})


def without_keywords(schema: Any, place: str, refused: Collection[str], told: Told) -> Any:
    """The schema itself where it has none of them, else a copy without; told once for each."""
    if not refused:
        return schema
    found: dict[str, None] = {}
    kept = _kept(schema, frozenset(refused), found)
    for keyword in found:
        told("dropped", f"{place}.{keyword}", "this provider does not take this keyword")
    return kept if found else schema


def _kept(value: Any, refused: frozenset[str], found: dict[str, None], *, names: bool = False) -> Any:
    if isinstance(value, list | tuple):
        return [_kept(each, refused, found) for each in value]
    if not isinstance(value, dict):
        return value
    kept = {}
    for name, inner in value.items():
        if name in refused and not names:
            found[name] = None
        elif name in _DATA and not names:
            kept[name] = inner
        else:
            kept[name] = _kept(inner, refused, found, names=name in _NAMES and not names)
    return kept
