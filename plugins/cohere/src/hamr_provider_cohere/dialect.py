"""The server half: a client speaks this wire to us."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hamr.api import Call, CallError, EmbeddingRequest, Embeddings, Encoder, Head, Purpose, Request


class CohereDialect:
    """Reads a client's calls and writes its replies. Pure: what it writes depends on what it is given alone."""

    paths: ClassVar[Mapping[str, Purpose]] = {"*/v2/chat": "chat", "*/v2/embed": "embeddings"}

    def parse(self, call: Call) -> Request:
        """What the client asks for; raises BadRequest. The model it names stands in `options["model"]`."""
        from hamr_provider_cohere.parse_request import parse_request

        return parse_request(call)

    def encoder(self, request: Request) -> Encoder:
        """A new encoder for one reply, streamed or whole as the request wants it."""
        from hamr_provider_cohere.encoder import StreamEncoder, WholeEncoder

        return StreamEncoder() if request.stream else WholeEncoder()

    def refusal(self, error: CallError) -> Head:
        """The error in this wire's envelope, with its status."""
        from hamr_provider_cohere.refusal import refusal

        return refusal(error)

    def parse_embeddings(self, call: Call) -> EmbeddingRequest:
        """What the client asks for; raises BadRequest. The model it names stands in `options["model"]`."""
        from hamr_provider_cohere.embeddings_served import parse_embeddings

        return parse_embeddings(call)

    def encode_vectors(self, embeddings: Embeddings, request: EmbeddingRequest) -> bytes:
        """The body of the reply, with its vectors in the formats that the client asked for."""
        from hamr_provider_cohere.embeddings_served import encode_vectors

        return encode_vectors(embeddings, request)
