"""What the server is asked besides conversations: flows, to be run in either colour.

Each takes the pipeline of `ollama/<model>`, whose transport, auth and settings it uses.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hamr.api import BrokenReply, Call, ConfigError, Timeouts
from hamr_provider_ollama.loaded import Loaded
from hamr_provider_ollama.progress import Pulling
from hamr_provider_ollama.url import api_url
from hamr_provider_ollama.whole import read_answer
from hamr_provider_ollama.wire import Ollama

if TYPE_CHECKING:
    from collections.abc import Callable

    from hamr.api import Flow, Head, Pipeline, Settings
    from hamr_provider_ollama.keep_alive import Time
    from hamr_provider_ollama.progress import Progress

# As Harn has them (N-157): a list comes at once, a large model takes its time to load.
LISTING_SECONDS = 15.0
LOADING_SECONDS = 135.0


def wire_of(pipeline: Pipeline) -> Ollama:
    """The wire of Ollama's own API; raises ConfigError where the pipeline speaks another."""
    if not isinstance(pipeline.wire, Ollama):
        raise ConfigError(f"{pipeline.route.selector} is not asked by Ollama's own API", hint="Use the mode `chat`.")
    return pipeline.wire


def installed(pipeline: Pipeline) -> Flow[list[dict[str, Any]]]:
    """The rows of the models that are installed; raises HamrError."""
    said = yield from _asked(pipeline, "/api/tags", None, LISTING_SECONDS)
    return _rows(said)


def loaded(pipeline: Pipeline) -> Flow[list[Loaded]]:
    """The models that are in memory; raises HamrError."""
    said = yield from _asked(pipeline, "/api/ps", None, LISTING_SECONDS)
    return [Loaded.read(row) for row in _rows(said)]


def shown(pipeline: Pipeline) -> Flow[dict[str, Any]]:
    """What the server knows of the pipeline's model; raises HamrError."""
    return (yield from _asked(pipeline, "/api/show", {"model": pipeline.route.model.id}, LISTING_SECONDS))


def load(pipeline: Pipeline, keep_alive: Time | None = None) -> Flow[dict[str, Any]]:
    """Load the pipeline's model with the settings that its calls have, without asking it anything; raises HamrError."""
    runtime = wire_of(pipeline).runtime
    body = {
        "model": pipeline.route.model.id,
        "prompt": "",
        "stream": False,
        "keep_alive": runtime.keep_alive if keep_alive is None else keep_alive,
        "options": {"num_ctx": runtime.num_ctx},
    }
    return (yield from _asked(pipeline, "/api/generate", body, LOADING_SECONDS))


def unload(pipeline: Pipeline) -> Flow[dict[str, Any]]:
    """Take the pipeline's model out of memory; raises HamrError."""
    body = {"model": pipeline.route.model.id, "prompt": "", "stream": False, "keep_alive": 0}
    return (yield from _asked(pipeline, "/api/generate", body, LISTING_SECONDS))


def pull(pipeline: Pipeline, tell: Callable[[Progress], None]) -> Flow[Progress]:
    """Install the pipeline's model, telling of each step, of which the last is returned; raises HamrError."""
    pulling = Pulling(wire_of(pipeline).compat, tell)
    call = _call(pipeline, "/api/pull", {"model": pipeline.route.model.id, "stream": True})
    settings = pipeline.route.settings
    timeouts = replace(settings.timeouts, total=None)
    yield from pipeline.follow(call, pulling.take, replace(settings, timeouts=timeouts))
    return pulling.last


def _asked(pipeline: Pipeline, path: str, body: dict[str, Any] | None, seconds: float) -> Flow[dict[str, Any]]:
    compat = wire_of(pipeline).compat

    def decode(head: Head) -> dict[str, Any]:
        return read_answer(head.body, compat)

    return (yield from pipeline.ask(_call(pipeline, path, body), decode, _within(pipeline, seconds)))


def _call(pipeline: Pipeline, path: str, body: dict[str, Any] | None) -> Call:
    from pydantic_core import to_json

    url, headers = api_url(pipeline.route.provider.base_url, path), {"accept": "application/json"}
    if body is None:
        return Call(url, "GET", headers)
    return Call(url, headers={**headers, "content-type": "application/json"}, body=to_json(body))


def _within(pipeline: Pipeline, seconds: float) -> Settings:
    """The user's own settings, but for the time."""
    settings = pipeline.route.settings
    connect = settings.timeouts.connect
    return replace(settings, timeouts=Timeouts(connect, seconds, seconds))


def _rows(said: dict[str, Any]) -> list[dict[str, Any]]:
    rows = said.get("models")
    if not isinstance(rows, list):
        raise BrokenReply("the reply lists no models", body=str(said)[:1000])
    return [row for row in rows if isinstance(row, dict)]
