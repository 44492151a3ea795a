"""Bytes of one reply to events, whatever the reply turns out to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hamr.wires.body_decoder import BodyDecoder
from hamr.wires.openai_responses.reply import Reply

if TYPE_CHECKING:
    from hamr.wires.openai_responses.compat import Compat


# The delta events before them, and the item that is done after them, say it all.
IDLE = frozenset(
    {
        "response.content_part.added",
        "response.content_part.done",
        "response.output_text.done",
        "response.refusal.done",
        "response.function_call_arguments.done",
        "response.custom_tool_call_input.done",
        "response.reasoning_summary_part.added",
        "response.reasoning_summary_part.done",
        "response.reasoning_summary_text.done",
        "response.reasoning_text.done",
    }
)


class ReplyDecoder(BodyDecoder):
    """Decodes one reply of this wire; `issuer` is whose ids and ciphertexts it holds."""

    __slots__ = ("_response",)

    def __init__(self, compat: Compat, issuer: str) -> None:
        self._response = Reply(compat, issuer)
        super().__init__(self._response, IDLE)

    @property
    def position(self) -> int | None:
        """The number of the last event that was read, where the provider numbers them."""
        number = self._response.last.get("sequence_number")
        return number if type(number) is int else None
