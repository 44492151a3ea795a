"""What is told of a model: what the server knows, what calls ask for, and what is in memory."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from hamr_provider_ollama import daemon
from hamr_provider_ollama.loaded import matching

if TYPE_CHECKING:
    from hamr.api import Flow, Pipeline


def report(pipeline: Pipeline, *, warm: bool = False) -> Flow[dict[str, Any]]:
    """All of it, as one document (N-155); with `warm` the model is loaded first. Raises HamrError."""
    name, runtime = pipeline.route.model.id, daemon.wire_of(pipeline).runtime
    known = yield from daemon.shown(pipeline)
    if warm:
        yield from daemon.load(pipeline)
    running = {each.name: each for each in (yield from daemon.loaded(pipeline))}
    runner = running.get(matching(name, list(running)) or "")
    trained = context_length(known)
    return {
        "model": name,
        "details": known.get("details") or {},
        "capabilities": known.get("capabilities"),
        "context_length": trained,
        "parameters": known.get("parameters") or None,
        "expected": {"num_ctx": runtime.num_ctx, "keep_alive": runtime.keep_alive},
        "loaded_runner": None if runner is None else asdict(runner),
        "context_drift": None if runner is None else runner.drift(runtime.num_ctx, trained),
    }


def context_length(known: dict[str, Any]) -> int | None:
    """The longest context that a model was trained for, which stands under its architecture's name."""
    info = known.get("model_info")
    info = info if isinstance(info, dict) else {}
    found = info.get(f"{info.get('general.architecture')}.context_length")
    return found if isinstance(found, int) and found > 0 else None
