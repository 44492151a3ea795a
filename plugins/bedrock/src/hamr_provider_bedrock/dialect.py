"""The server half: a client speaks this wire to us."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hamr.api import Call, CallError, Encoder, Head, ModelInfo, Purpose, Request


class ConverseDialect:
    """Reads a client's calls and writes its replies. Pure: what it writes depends on what it is given alone."""

    paths: ClassVar[Mapping[str, Purpose]] = {
        "*/model/*/converse": "chat",
        "*/model/*/converse-stream": "chat",
        "*/model/*/count-tokens": "count",
        "*/foundation-models": "models",
        "*/inference-profiles": "models",
    }

    def parse(self, call: Call) -> Request:
        """What the client asks for; raises BadRequest. The model it names stands in `options["model"]`."""
        from hamr_provider_bedrock.served.request import parse_request

        return parse_request(call)

    def encoder(self, request: Request) -> Encoder:
        """A new encoder for one reply, streamed or whole as the request wants it."""
        from hamr_provider_bedrock.served.encoder import StreamEncoder, WholeEncoder

        return StreamEncoder() if request.stream else WholeEncoder()

    def refusal(self, error: CallError) -> Head:
        """The error in this wire's envelope: the status is that of its class, whatever the provider's own was."""
        from hamr_provider_bedrock.served.refusal import refusal

        return refusal(error)

    def parse_count(self, call: Call) -> Request:
        """What the client wants counted; raises BadRequest. The model it names stands in `options["model"]`."""
        from hamr_provider_bedrock.served.request import parse_count

        return parse_count(call)

    def encode_count(self, tokens: int) -> bytes:
        """The body of the reply."""
        from pydantic_core import to_json

        return to_json({"inputTokens": tokens})

    def encode_models(self, models: Sequence[ModelInfo]) -> bytes:
        """The body of the reply: every model, and no profiles, for each list is asked for at a path of its own."""
        from pydantic_core import to_json

        rows = [{"modelId": each.id, "modelName": each.name, "inputModalities": ["TEXT"]} for each in models]
        return to_json({"modelSummaries": rows, "inferenceProfileSummaries": []})
