"""The client half: what a route's messages look like, and what its replies mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hamr.wires.openai_responses.compat import Compat

if TYPE_CHECKING:
    from hamr.errors import CallError
    from hamr.specs import Decoder, Dialect
    from hamr.types import Call, Head, Message, Request, Response, Route


class OpenAIResponses:
    """The wire for one route; raises ConfigError where its `compat` holds a flag that does not exist."""

    def __init__(self, route: Route) -> None:
        self.compat = Compat.read(route.compat, f"compat of {route.selector}")
        self.issuer = route.provider.id

    def encode(self, request: Request, route: Route) -> Call:
        """The call that asks for this, without credentials; raises Unsupported."""
        from hamr.wires.openai_responses.encode import encode

        return encode(request, route, self.compat)

    def decoder(self) -> Decoder:
        """A new decoder for one reply, streamed or whole."""
        from hamr.wires.openai_responses.decode import ReplyDecoder

        return ReplyDecoder(self.compat, self.issuer)

    def error(self, head: Head) -> CallError:
        """The error that a reply with a failing status and its body stands for."""
        from hamr.wires.failures import head_error
        from hamr.wires.openai_responses.error_codes import RESPONSE_CODES

        return head_error(head, self.compat, RESPONSE_CODES)

    def encode_count(self, request: Request, route: Route) -> Call:
        """The call that asks how many tokens this request has; raises Unsupported."""
        from hamr.wires.openai_responses.count import encode_count

        return encode_count(request, route, self.compat)

    def decode_count(self, head: Head, route: Route) -> int:
        """What a whole reply says: the tokens that would go in; raises CallError."""
        from hamr.wires.openai_responses.count import decode_count

        return decode_count(head, self.compat)

    def encode_background(self, request: Request, route: Route) -> Call:
        """The call that hands this over, without credentials; raises Unsupported."""
        from hamr.wires.openai_responses.background import encode_background

        return encode_background(request, route, self.compat)

    def encode_retrieval(self, id: str, route: Route, after: int | None) -> Call:
        """The call that asks how far it is; or for the stream of what came behind the event numbered `after`."""
        from hamr.wires.openai_responses.background import encode_retrieval

        return encode_retrieval(id, route, self.compat, after)

    def encode_cancel(self, id: str, route: Route) -> Call:
        """The call that calls it off."""
        from hamr.wires.openai_responses.background import encode_cancel

        return encode_cancel(id, route, self.compat)

    def is_pending(self, response: Response) -> bool:
        """Whether the provider goes on with it."""
        from hamr.wires.openai_responses.background import is_pending

        return is_pending(response)

    def encode_compact(self, request: Request, route: Route) -> Call:
        """The call that asks for a shorter conversation, without credentials; raises Unsupported."""
        from hamr.wires.openai_responses.compact import encode_compact

        return encode_compact(request, route, self.compat)

    def decode_compact(self, head: Head, route: Route) -> tuple[Message, ...]:
        """What a whole reply says: the conversation to go on with; raises CallError."""
        from hamr.wires.openai_responses.compact import decode_compact

        return decode_compact(head, self.issuer)

    def dialect(self) -> Dialect:
        """The server half of this wire."""
        from hamr.wires.openai_responses.dialect import OpenAIResponsesDialect

        return OpenAIResponsesDialect()
