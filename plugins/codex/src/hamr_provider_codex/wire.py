"""The wire as the Codex backend has it: the core's, with a list of models and with the limits of plans."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hamr.api import Call

if TYPE_CHECKING:
    from hamr.api import CallError, Decoder, Dialect, Head, ModelPage, Request, Route, ToolWire


class CodexWire:
    """The core's wire `openai-responses`, whose own flags stand in the manifest."""

    def __init__(self, inner: ToolWire) -> None:
        self.inner = inner

    def encode(self, request: Request, route: Route) -> Call:
        """The call that asks for this, without credentials; raises Unsupported."""
        return self.inner.encode(request, route)

    def decoder(self) -> Decoder:
        """A new decoder for one reply."""
        return self.inner.decoder()

    def error(self, head: Head) -> CallError:
        """The error that a failing reply stands for; of a used-up plan with the time until it is there again."""
        from hamr_provider_codex.plan_limit import with_reset

        return with_reset(self.inner.error(head), head)

    def dialect(self) -> Dialect:
        """The server half of the core's wire."""
        found: Dialect = self.inner.dialect()  # type: ignore[attr-defined]  # the core's has it
        return found

    def encode_models(self, route: Route, page: str | None) -> Call:
        """The call that asks for the models."""
        base = route.provider.base_url.removesuffix("/responses")
        version = route.provider.parameters["client_version"]
        return Call(f"{base}/models?client_version={version}", "GET", {"accept": "application/json"})

    def decode_models(self, head: Head, route: Route) -> ModelPage:
        """What the reply says; raises BrokenReply."""
        from hamr_provider_codex.model_list import read_models

        return read_models(head.body, route.provider.id)
