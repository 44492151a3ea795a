"""The server half: a client speaks this wire to us."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hamr.errors import CallError
    from hamr.specs import Encoder, Purpose
    from hamr.types import Call, EmbeddingRequest, Embeddings, Head, ModelInfo, Request


class GeminiDialect:
    """Reads a client's calls and writes its replies. Pure: what it writes depends on what it is given alone."""

    paths: ClassVar[Mapping[str, Purpose]] = {
        "*:generateContent": "chat",
        "*:streamGenerateContent": "chat",
        "*:countTokens": "count",
        "*:embedContent": "embeddings",
        "*:batchEmbedContents": "embeddings",
        "*/v1beta/models": "models",
    }

    def parse(self, call: Call) -> Request:
        """What the client asks for; raises BadRequest. The model it names stands in `options["model"]`."""
        from hamr.wires.gemini.parse_request import parse_request

        return parse_request(call)

    def encoder(self, request: Request) -> Encoder:
        """A new encoder for one reply, streamed or whole as the request wants it."""
        from hamr.wires.gemini.encoder import StreamEncoder, WholeEncoder

        return StreamEncoder(request) if request.stream else WholeEncoder(request)

    def refusal(self, error: CallError) -> Head:
        """The error in this wire's envelope, with its status."""
        from hamr.wires.gemini.refusal import refusal

        return refusal(error)

    def parse_embeddings(self, call: Call) -> EmbeddingRequest:
        """What the client asks for; raises BadRequest. The model it names stands in `options["model"]`."""
        from hamr.wires.gemini.served import parse_embeddings

        return parse_embeddings(call)

    def encode_vectors(self, embeddings: Embeddings, request: EmbeddingRequest) -> bytes:
        """The body of the reply."""
        from hamr.wires.gemini.served import encode_vectors

        return encode_vectors(embeddings, request)

    def parse_count(self, call: Call) -> Request:
        """What the client wants counted; raises BadRequest. The model it names stands in `options["model"]`."""
        from hamr.wires.gemini.parse_request import parse_count

        return parse_count(call)

    def encode_count(self, tokens: int) -> bytes:
        """The body of the reply."""
        from hamr.wires.gemini.served import encode_count

        return encode_count(tokens)

    def encode_models(self, models: Sequence[ModelInfo]) -> bytes:
        """The body of the reply."""
        from hamr.wires.gemini.served import encode_models

        return encode_models(models)
