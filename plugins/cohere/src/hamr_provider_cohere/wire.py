"""The client half: what a route's messages look like, and what its replies mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hamr_provider_cohere.compat import Compat

if TYPE_CHECKING:
    from hamr.api import (
        Call,
        CallError,
        Decoder,
        Dialect,
        EmbeddingRequest,
        Embeddings,
        Head,
        ModelPage,
        Request,
        Route,
    )


class Cohere:
    """The wire for one route; raises ConfigError where its `compat` holds a flag that does not exist."""

    def __init__(self, route: Route) -> None:
        self.compat = Compat.read(route.compat, f"compat of {route.selector}")

    def encode(self, request: Request, route: Route) -> Call:
        """The call that asks for this, without credentials; raises Unsupported."""
        from hamr_provider_cohere.body import encode

        return encode(request, route, self.compat)

    def decoder(self) -> Decoder:
        """A new decoder for one reply, streamed or whole."""
        from hamr_provider_cohere.decode import ReplyDecoder

        return ReplyDecoder(self.compat)

    def error(self, head: Head) -> CallError:
        """The error that a reply with a failing status and its body stands for."""
        from hamr_provider_cohere.errors import error

        return error(head, self.compat)

    def max_embedding_inputs(self, route: Route) -> int | None:
        """The most inputs that one call takes."""
        return self.compat.max_embedding_inputs

    def encode_embeddings(self, request: EmbeddingRequest, route: Route) -> Call:
        """The call that asks for these, without credentials; raises Unsupported."""
        from hamr_provider_cohere.embeddings import encode_embeddings

        return encode_embeddings(request, route, self.compat)

    def decode_embeddings(self, head: Head, route: Route) -> Embeddings:
        """What a whole reply says, in the order of the inputs; raises CallError."""
        from hamr_provider_cohere.embeddings import decode_embeddings

        return decode_embeddings(head, route, self.compat)

    def encode_models(self, route: Route, page: str | None) -> Call:
        """The call that asks for the models, or for a further page of them."""
        from hamr_provider_cohere.listing import encode_models

        return encode_models(route, page)

    def decode_models(self, head: Head, route: Route) -> ModelPage:
        """What a whole reply says; raises CallError."""
        from hamr_provider_cohere.listing import decode_models

        return decode_models(head, route, self.compat)

    def dialect(self) -> Dialect:
        """The server half of this wire."""
        from hamr_provider_cohere.dialect import CohereDialect

        return CohereDialect()
