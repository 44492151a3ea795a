"""Another model in the place of one that is gone, where the user wants that (inventory R-111, M-54). A flow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from hamr.effects import Emit, Flow, Via, WallClock
from hamr.errors import CallError, HamrError, NoSuchModel
from hamr.types import Adaptation, Timeouts, Warned

if TYPE_CHECKING:
    from hamr.calls.pipeline import Pipeline
    from hamr.types import ModelInfo, Request, Response, Settings

PATIENCE = Timeouts(total=5.0)
"""For the list of models, as for whoever asks for it by itself."""


class Others(Protocol):
    """The other models of a provider, and which of them has taken the place of one that is gone."""

    def known(self, now: float) -> Flow[str]:
        """The model that was found to take its place; empty where none was, or too long ago."""

    def learn(self, name: str | None, now: float) -> Flow[None]:
        """Keep which model takes its place; None forgets it. Nothing is raised."""

    def best(self, listed: Sequence[ModelInfo], request: Request, now: float) -> str | None:
        """The best of the provider's models that may take its place; None where there is none. Raises ConfigError."""

    def pipeline(self, name: str) -> Pipeline:
        """The pipeline of another model with the same key, to none where the name is empty; raises ConfigError."""


def substituted(pipeline: Pipeline, others: Others, request: Request, settings: Settings) -> Flow[Response]:
    """Make the call, with another model where the one of the pipeline is gone; raises HamrError."""
    own, now = replace(settings, substitute=False), (yield WallClock())
    if name := (yield from others.known(now)):
        try:
            return (yield from _by_other(name, pipeline, others, request, own))
        except NoSuchModel as error:
            if error.partial is not None:
                raise
            yield from others.learn(None, now)  # gone as well
    try:
        return (yield from pipeline.flow(request, own))
    except NoSuchModel as error:
        if error.partial is not None:
            raise
        name = yield from _found(error, pipeline, others, request, own)
    response = yield from _by_other(name, pipeline, others, request, own)
    yield from others.learn(name, now)
    return response


def _found(gone: NoSuchModel, pipeline: Pipeline, others: Others, request: Request, settings: Settings) -> Flow[str]:
    """The model that takes the place of the one that is gone; raises the error of that one where there is none."""
    now: float = yield WallClock()
    try:
        lister = others.pipeline("")
        yield Via(lister.transport)
        listed = yield from lister.list_models(replace(settings, retries=0, timeouts=PATIENCE))
        name = others.best(listed, request, now)
    except HamrError as error:
        why = error.message
    else:
        if name is not None:
            return name
        why = "none of its list may"
    gone.hint = f"{gone.hint}\nNo other model of {pipeline.route.provider.id} takes its place: {why}.".strip()
    raise gone


def _by_other(name: str, pipeline: Pipeline, others: Others, request: Request, settings: Settings) -> Flow[Response]:
    other = others.pipeline(name)
    told = f"{pipeline.route.selector} is gone: {other.route.selector} has taken its place"
    yield Emit([Warned(told)])
    yield Via(other.transport)
    try:
        response = yield from other.flow(request, settings)
    except CallError as error:
        error.hint = f"{error.hint}\n{told}.".strip()
        raise
    change = Adaptation("changed", "model", f"{told}, the best-rated of what its provider lists")
    return replace(response, adaptations=(change, *response.adaptations), warnings=(told, *response.warnings))
