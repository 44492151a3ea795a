"""How the answer is to be shaped: by a schema in a field of its own, by a tool that must be called, or in words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hamr.wires.answer_instruction import answer_instruction
from hamr.wires.anthropic_messages.closed_schema import closed_schema
from hamr.wires.anthropic_messages.name import ANSWER_TOOL

if TYPE_CHECKING:
    from hamr.types import ResponseFormat
    from hamr.wires.anthropic_messages.compat import Compat
    from hamr.wires.anthropic_messages.writing import Writing
    from hamr.wires.told import Told


@dataclass(slots=True)
class AnswerForm:
    """What asks for it: fields of the body, a tool, or words behind what the system says."""

    fields: dict[str, Any] = field(default_factory=dict)
    tool: dict[str, Any] | None = None
    instruction: str | None = None


def answer_form(wanted: ResponseFormat | None, writing: Writing, *, forces: bool) -> AnswerForm:
    """How this provider is asked for it; `forces` says whether the model can be made to call a tool."""
    if wanted is None:
        return AnswerForm()
    compat, told = writing.compat, writing.told
    if wanted.schema is None:
        told("emulated", "response_format", "this wire has no field for JSON of any shape; the prompt asks for it")
        return AnswerForm(instruction=answer_instruction(wanted))
    if compat.structured_output in ("format", "output_format"):
        shape = _shape(wanted, compat, told)
        if shape is not None:
            writing.features.add("structured_output")
            form = {"type": "json_schema", "schema": shape}
            older = compat.structured_output == "output_format"
            return AnswerForm({"output_format": form} if older else {"output_config": {"format": form}})
    if compat.structured_output != "prompt" and forces and wanted.schema.get("type") == "object":
        told("emulated", "response_format.schema", f"it is asked for as the arguments of a tool, {ANSWER_TOOL}")
        return AnswerForm(tool=_tool(wanted))
    told("emulated", "response_format.schema", "this provider cannot be made to keep to it; it stands in the prompt")
    return AnswerForm(instruction=answer_instruction(wanted))


def _shape(wanted: ResponseFormat, compat: Compat, told: Told) -> dict[str, Any] | None:
    """The schema as the provider takes it; name and description have no other place than in it."""
    shape = closed_schema(wanted.schema or {}, "response_format.schema", compat, told)
    if shape is not None and wanted.description:
        shape.setdefault("description", wanted.description)
    if shape is not None and wanted.name != "response":
        shape.setdefault("title", wanted.name)
    return shape


def _tool(wanted: ResponseFormat) -> dict[str, Any]:
    said = wanted.description or "The answer."
    return {"name": ANSWER_TOOL, "description": f"Give the answer with this. {said}", "input_schema": wanted.schema}
