"""Where a client's pools come from: a provider that has several keys, and several models named for one call."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from hamr.errors import ConfigError
from hamr.pool.candidate import Candidate
from hamr.pool.pool import Pools
from hamr.pool.pooled import Pooled

if TYPE_CHECKING:
    from hamr.calls.pipeline import Pipeline
    from hamr.resolve.model import Role
    from hamr.secrets.keys import Key
    from hamr.state.shared import Shared
    from hamr.state.substitutes import Chosen
    from hamr.types import Provider, Route


class Pooling:
    """The pools of one client; `keys` gives a provider's keys, `compile` a route's pipeline with one key.

    `chosen` is the store that the user has named for what they learn.
    """

    def __init__(
        self,
        environ: Mapping[str, str],
        keys: Callable[[Provider], list[Key]],
        compile: Callable[[Route], Pipeline],
        chosen: Chosen | None = None,
    ) -> None:
        self._pools = Pools(environ, chosen)
        self._keys, self._compile = keys, compile
        self._together: dict[tuple[object, ...], Pooled] = {}

    def of_keys(self, pipeline: Pipeline) -> Pooled:
        """The pool of all keys for the model of this pipeline."""
        return Pooled.of(self._pools, [self._candidate(pipeline)])

    @property
    def made(self) -> Sequence[Pooled]:
        """The pools of several models."""
        return list(self._together.values())

    def together(
        self,
        several: Sequence[str],
        role: Role,
        mode: str | None,
        pipeline: Callable[[str, Role, str | None], Pipeline],
    ) -> Pooled:
        """The pool of the models of these selectors, made once; raises ConfigError or PluginError."""
        key = (*several, role, mode)
        if (ready := self._together.get(key)) is None:
            ready = self._together[key] = self.of_candidates([pipeline(one, role, mode) for one in several])
        return ready

    def of_candidates(self, pipelines: Sequence[Pipeline]) -> Pooled:
        """The pool of all keys for the models of these pipelines, in this order; raises ConfigError without any."""
        found: list[Candidate] = []
        for pipeline in pipelines:
            found += pipeline.pool.candidates if isinstance(pipeline, Pooled) else [self._candidate(pipeline)]
        if not found:
            raise ConfigError("no model was named", hint="Name candidates as provider/model, with commas between them.")
        return Pooled.of(self._pools, found)

    @property
    def shared(self) -> tuple[Shared, float]:
        """Where what they learn is kept, and for how many seconds it is believed."""
        return self._pools.shared, self._pools.policy.believed

    def forget(self) -> None:
        """Make the pools of several models anew when they are next asked for."""
        self._together.clear()

    def close(self) -> None:
        """Let go of the file."""
        self._pools.close()

    def _candidate(self, pipeline: Pipeline) -> Candidate:
        provider = pipeline.route.provider
        return Candidate(pipeline, lambda: self._keys(provider), self._compile)
