"""Whether a model can be asked, and if not, why (N-157)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from hamr.api import BrokenReply, CallError, NoAnswer
from hamr_provider_ollama import daemon
from hamr_provider_ollama.listing import model_id
from hamr_provider_ollama.loaded import matching

if TYPE_CHECKING:
    from hamr.api import Flow, Pipeline
    from hamr_provider_ollama.keep_alive import Time

Status = Literal["ok", "invalid_url", "daemon_down", "bad_status", "invalid_response", "model_missing", "warmup_failed"]


@dataclass(frozen=True, slots=True)
class Readiness:
    """What was found; `matched_model` is the installed model that is meant."""

    status: Status
    message: str
    base_url: str
    model: str
    matched_model: str | None = None
    available_models: tuple[str, ...] = ()
    http_status: int | None = None
    keep_alive: Time | None = None

    @property
    def ok(self) -> bool:
        """Whether the model can be asked."""
        return self.status == "ok"


def readiness(pipeline: Pipeline, *, warm: bool = False) -> Flow[Readiness]:
    """Look for the pipeline's model, and with `warm` load it; what fails is told, not raised."""
    found = yield from _found(pipeline)
    if not found.ok or not warm:
        return found
    try:
        yield from daemon.load(pipeline)
    except CallError as error:
        return replace(found, status="warmup_failed", message=error.message, http_status=error.status)
    return replace(found, message=f"{found.matched_model} is loaded")


def _found(pipeline: Pipeline) -> Flow[Readiness]:
    wanted, url = pipeline.route.model.id, pipeline.route.provider.base_url
    try:
        rows = yield from daemon.installed(pipeline)
    except CallError as error:
        return _failed(error, url, wanted)
    names = tuple(name for row in rows if (name := model_id(row)))
    matched = matching(wanted, names)
    if matched is None:
        said = f"{wanted!r} is not installed; there are {', '.join(names) or 'none'}"
        return Readiness("model_missing", said, url, wanted, None, names)
    keep_alive = daemon.wire_of(pipeline).runtime.keep_alive
    return Readiness("ok", f"{matched} is installed", url, wanted, matched, names, keep_alive=keep_alive)


def _failed(error: CallError, url: str, wanted: str) -> Readiness:
    if isinstance(error, NoAnswer):
        return Readiness("daemon_down", f"nothing answers at {url}: {error.message}", url, wanted)
    status: Status = "invalid_response" if isinstance(error, BrokenReply) else "bad_status"
    return Readiness(status, error.message, url, wanted, http_status=error.status)
