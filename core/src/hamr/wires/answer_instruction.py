"""What the prompt says where a provider cannot be told in a field how its answer is to be shaped."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hamr.types import ResponseFormat

_ASKED = "Answer with one JSON object and nothing else."


def answer_instruction(wanted: ResponseFormat) -> str:
    """The words that ask for JSON, and for its schema where there is one."""
    from pydantic_core import to_json

    if wanted.schema is None:
        return _ASKED
    about = f" {wanted.description}" if wanted.description else ""
    return f"{_ASKED}{about} It must conform to this JSON Schema:\n{to_json(wanted.schema).decode()}"
