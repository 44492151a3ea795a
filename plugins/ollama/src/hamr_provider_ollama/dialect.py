"""The server half: a client speaks this wire to us."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hamr.api import (
        Call,
        CallError,
        EmbeddingRequest,
        Embeddings,
        Encoder,
        Head,
        ModelInfo,
        Purpose,
        Request,
    )


class OllamaDialect:
    """Reads a client's calls and writes its replies. Pure: what it writes depends on what it is given alone."""

    paths: ClassVar[Mapping[str, Purpose]] = {
        "*/api/chat": "chat",
        "*/api/embed": "embeddings",
        "*/api/tags": "models",
    }

    def parse(self, call: Call) -> Request:
        """What the client asks for; raises BadRequest. The model it names stands in `options["model"]`."""
        from hamr_provider_ollama.parse_request import parse_request

        return parse_request(call)

    def encoder(self, request: Request) -> Encoder:
        """A new encoder for one reply, streamed or whole as the request wants it."""
        from hamr_provider_ollama.encoder import StreamEncoder, WholeEncoder

        return StreamEncoder(request) if request.stream else WholeEncoder(request)

    def refusal(self, error: CallError) -> Head:
        """The error in this wire's envelope, with its status."""
        from hamr_provider_ollama.refusal import refusal

        return refusal(error)

    def parse_embeddings(self, call: Call) -> EmbeddingRequest:
        """What the client asks for; raises BadRequest. The model it names stands in `options["model"]`."""
        from hamr_provider_ollama.embeddings_served import parse_embeddings

        return parse_embeddings(call)

    def encode_vectors(self, embeddings: Embeddings, request: EmbeddingRequest) -> bytes:
        """The body of the reply."""
        from hamr_provider_ollama.embeddings_served import encode_vectors

        return encode_vectors(embeddings)

    def encode_models(self, models: Sequence[ModelInfo]) -> bytes:
        """The body of the reply."""
        from hamr_provider_ollama.listing_served import encode_models

        return encode_models(models)
