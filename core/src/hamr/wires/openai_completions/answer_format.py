"""How the answer is to be shaped: JSON, and by which schema."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from hamr.wires.answer_instruction import answer_instruction
from hamr.wires.schema_keywords import without_keywords

if TYPE_CHECKING:
    from hamr.types import ResponseFormat
    from hamr.wires.openai_completions.compat import Compat
    from hamr.wires.told import Told

_FOREIGN = re.compile(r"[^A-Za-z0-9_-]")


def answer_format(wanted: ResponseFormat | None, compat: Compat, told: Told) -> tuple[dict[str, Any], str | None]:
    """The fields of the body, and what the prompt must say where the provider takes no schema."""
    if wanted is None:
        return {}, None
    if wanted.schema is None and not (compat.supports_json_object or compat.supports_json_schema):
        told("emulated", "response_format", "this provider has no JSON mode; the prompt asks for it")
        return {}, answer_instruction(wanted)
    if wanted.schema is None:
        return _object(compat, told), None
    if compat.supports_json_schema:
        return {"response_format": {"type": "json_schema", "json_schema": _schema(wanted, compat, told)}}, None
    told("emulated", "response_format.schema", "this provider takes no schema; it stands in the prompt")
    return (_object(compat, told) if compat.supports_json_object else {}), answer_instruction(wanted)


def _object(compat: Compat, told: Told) -> dict[str, Any]:
    if compat.supports_json_object:
        return {"response_format": {"type": "json_object"}}
    told("emulated", "response_format", "this provider has no plain JSON mode; a schema of any object is sent")
    return {"response_format": {"type": "json_schema", "json_schema": {"name": "object", "schema": {"type": "object"}}}}


def _schema(wanted: ResponseFormat, compat: Compat, told: Told) -> dict[str, Any]:
    # The name may have 64 of these characters (OpenAI API reference, "json_schema.name", 2026-11).
    name = _FOREIGN.sub("_", wanted.name)[:64] or "response"
    if name != wanted.name:
        told("changed", "response_format.name", f"names have at most 64 of A-Z a-z 0-9 _ -; sent as {name}")
    shape = without_keywords(wanted.schema, "response_format.schema", compat.unsupported_schema_keywords, told)
    schema: dict[str, Any] = {"name": name, "schema": shape}
    if wanted.description is not None:
        schema["description"] = wanted.description
    if wanted.strict is not None:
        if compat.supports_strict_mode:
            schema["strict"] = wanted.strict
        else:
            told("dropped", "response_format.strict", "this provider does not take it")
    return schema
