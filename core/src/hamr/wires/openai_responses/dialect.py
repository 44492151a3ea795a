"""The server half: a client speaks this wire to us."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hamr.errors import CallError
    from hamr.specs import Encoder, Purpose
    from hamr.types import Call, Head, Request


class OpenAIResponsesDialect:
    """Reads a client's calls and writes its replies. Pure: what it writes depends on what it is given alone."""

    paths: ClassVar[Mapping[str, Purpose]] = {"*/responses/input_tokens": "count", "*/responses": "chat"}

    def parse(self, call: Call) -> Request:
        """What the client asks for; raises BadRequest. The model it names stands in `options["model"]`."""
        from hamr.wires.openai_responses.parse_request import parse_request

        return parse_request(call)

    def encoder(self, request: Request) -> Encoder:
        """A new encoder for one reply, streamed or whole as the request wants it."""
        from hamr.wires.openai_responses.encoder import StreamEncoder, WholeEncoder

        return StreamEncoder(request) if request.stream else WholeEncoder(request)

    def refusal(self, error: CallError) -> Head:
        """The error in this wire's envelope, with its status."""
        from hamr.wires.openai_refusal import refusal

        return refusal(error)

    def parse_count(self, call: Call) -> Request:
        """What the client wants counted; raises BadRequest. The model it names stands in `options["model"]`."""
        return self.parse(call)

    def encode_count(self, tokens: int) -> bytes:
        """The body of the reply."""
        from pydantic_core import to_json

        return to_json({"object": "response.input_tokens", "input_tokens": tokens})
