"""How the answer is to be shaped: JSON and by which schema, and how much of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from hamr.wires.answer_instruction import answer_instruction
from hamr.wires.schema_keywords import without_keywords

if TYPE_CHECKING:
    from hamr.types import Request, ResponseFormat
    from hamr.wires.openai_responses.compat import Compat
    from hamr.wires.told import Told

_FOREIGN = re.compile(r"[^A-Za-z0-9_-]")


def answer_format(request: Request, compat: Compat, told: Told) -> tuple[dict[str, Any], str | None]:
    """The table `text`, and what the prompt must say where the provider takes no schema."""
    table: dict[str, Any] = {} if request.verbosity is None else {"verbosity": request.verbosity}
    wanted = request.response_format
    if wanted is None:
        return table, None
    if wanted.schema is None:
        return {"format": {"type": "json_object"}, **table}, None
    if not compat.supports_json_schema:
        told("emulated", "response_format.schema", "this provider takes no schema; it stands in the prompt")
        return {"format": {"type": "json_object"}, **table}, answer_instruction(wanted)
    return {"format": _schema(wanted, compat, told), **table}, None


def _schema(wanted: ResponseFormat, compat: Compat, told: Told) -> dict[str, Any]:
    # The name may have 64 of these characters (OpenAI API reference, "text.format", 2026-11).
    name = _FOREIGN.sub("_", wanted.name)[:64] or "response"
    if name != wanted.name:
        told("changed", "response_format.name", f"names have at most 64 of A-Z a-z 0-9 _ -; sent as {name}")
    shape = without_keywords(wanted.schema, "response_format.schema", compat.unsupported_schema_keywords, told)
    form: dict[str, Any] = {"type": "json_schema", "name": name, "schema": shape}
    if wanted.description is not None:
        form["description"] = wanted.description
    if wanted.strict is not None:
        form["strict"] = wanted.strict and compat.supports_strict_mode
        if wanted.strict and not compat.supports_strict_mode:
            told("dropped", "response_format.strict", "this provider does not take it")
    return form
