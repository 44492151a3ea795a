"""The client half: what a route's messages look like, and what its replies mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hamr.wires.gemini.compat import Compat

if TYPE_CHECKING:
    from hamr.errors import CallError
    from hamr.specs import Decoder, Dialect
    from hamr.types import Call, EmbeddingRequest, Embeddings, Head, ModelPage, Request, Route


class Gemini:
    """The wire for one route; raises ConfigError where its `compat` holds a flag that does not exist."""

    def __init__(self, route: Route) -> None:
        self.compat = Compat.read(route.compat, f"compat of {route.selector}")
        self.issuer = route.selector

    def encode(self, request: Request, route: Route) -> Call:
        """The call that asks for this, without credentials; raises Unsupported."""
        from hamr.wires.gemini.encode import encode

        return encode(request, route, self.compat)

    def decoder(self) -> Decoder:
        """A new decoder for one reply, streamed or whole."""
        from hamr.wires.gemini.decode import ReplyDecoder

        return ReplyDecoder(self.compat, self.issuer)

    def error(self, head: Head) -> CallError:
        """The error that a reply with a failing status and its body stands for."""
        from hamr.wires.failures import head_error

        return head_error(head, self.compat)

    def encode_count(self, request: Request, route: Route) -> Call:
        """The call that asks how many tokens this request has; raises Unsupported."""
        from hamr.wires.gemini.count import encode_count

        return encode_count(request, route, self.compat)

    def decode_count(self, head: Head, route: Route) -> int:
        """What a whole reply says: the tokens that would go in; raises CallError."""
        from hamr.wires.gemini.count import decode_count

        return decode_count(head)

    def encode_models(self, route: Route, page: str | None) -> Call:
        """The call that asks for the first page of models, or for the one named; raises Unsupported."""
        from hamr.wires.gemini.listing import encode_models

        return encode_models(route, page, self.compat)

    def decode_models(self, head: Head, route: Route) -> ModelPage:
        """What a whole reply says; raises CallError."""
        from hamr.wires.gemini.listing import decode_models

        return decode_models(head, route)

    def max_embedding_inputs(self, route: Route) -> int | None:
        """The most inputs that one call takes."""
        return 1 if self.compat.embedding_method == "single" else self.compat.max_embedding_inputs

    def encode_embeddings(self, request: EmbeddingRequest, route: Route) -> Call:
        """The call that asks for these, without credentials; raises Unsupported."""
        from hamr.wires.gemini.embeddings import encode_embeddings

        return encode_embeddings(request, route, self.compat)

    def decode_embeddings(self, head: Head, route: Route) -> Embeddings:
        """What a whole reply says, in the order of the inputs; raises CallError."""
        from hamr.wires.gemini.embeddings import decode_embeddings

        return decode_embeddings(head, route)

    def dialect(self) -> Dialect:
        """The server half of this wire."""
        from hamr.wires.gemini.dialect import GeminiDialect

        return GeminiDialect()
