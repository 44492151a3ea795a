"""The server half: a client speaks this wire to us."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hamr.errors import CallError
    from hamr.specs import Encoder, Purpose
    from hamr.types import Call, Head, ModelInfo, Request


class AnthropicMessagesDialect:
    """Reads a client's calls and writes its replies. Pure: what it writes depends on what it is given alone.

    Its list of models stands behind `/anthropic`, for other wires list theirs at the same path.
    """

    paths: ClassVar[Mapping[str, Purpose]] = {
        "*/messages/count_tokens": "count",
        "*/messages": "chat",
        "*/anthropic/v1/models": "models",
    }

    def parse(self, call: Call) -> Request:
        """What the client asks for; raises BadRequest. The model it names stands in `options["model"]`."""
        from hamr.wires.anthropic_messages.parse_request import parse_request

        return parse_request(call)

    def encoder(self, request: Request) -> Encoder:
        """A new encoder for one reply, streamed or whole as the request wants it."""
        from hamr.wires.anthropic_messages.encoder import StreamEncoder, WholeEncoder

        return StreamEncoder(request) if request.stream else WholeEncoder(request)

    def refusal(self, error: CallError) -> Head:
        """The error in this wire's envelope, with its status."""
        from hamr.wires.anthropic_messages.refusal import refusal

        return refusal(error)

    def parse_count(self, call: Call) -> Request:
        """What the client wants counted; raises BadRequest. The model it names stands in `options["model"]`."""
        from hamr.wires.anthropic_messages.parse_request import parse_request

        return parse_request(call, counted=True)

    def encode_count(self, tokens: int) -> bytes:
        """The body of the reply."""
        from pydantic_core import to_json

        return to_json({"input_tokens": tokens})

    def encode_models(self, models: Sequence[ModelInfo]) -> bytes:
        """The body of the reply."""
        from hamr.wires.anthropic_messages.models_served import models_body

        return models_body(models)
