"""How the answer is to be shaped: JSON, and by which schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.wires.answer_instruction import answer_instruction
from hamr.wires.gemini.json_schema import written_schema

if TYPE_CHECKING:
    from hamr.types import Request
    from hamr.wires.gemini.compat import Compat
    from hamr.wires.told import Told

_JSON = "application/json"


def answer_format(request: Request, compat: Compat, told: Told) -> tuple[dict[str, Any], str | None]:
    """Fields of `generationConfig`, and what the prompt must say where the model takes no shape."""
    wanted = request.response_format
    if wanted is None:
        return {}, None
    if request.tools and not compat.supports_tools_with_format:
        told("emulated", "response_format", "this model takes no shape beside tools; it stands in the prompt")
        return {}, answer_instruction(wanted)
    if wanted.schema is None:
        return {"responseMimeType": _JSON}, None
    name = "responseJsonSchema" if compat.supports_json_schema else "responseSchema"
    schema = written_schema(wanted.schema, "response_format.schema", compat, told)
    if wanted.description is not None:
        schema = {"description": wanted.description, **schema}
    return {"responseMimeType": _JSON, name: schema}, None
