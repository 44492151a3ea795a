"""A pipeline whose calls go to a pool; all else about it is that of the first candidate, with its first key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING

from hamr.calls.pipeline import Pipeline
from hamr.pool.pool import Pool, Pools

if TYPE_CHECKING:
    from hamr.effects import Flow
    from hamr.pool.candidate import Candidate
    from hamr.types import EmbeddingRequest, Embeddings, LimitUse, Request, Response, Secret, Settings, Standing


@dataclass(frozen=True, slots=True)
class Pooled(Pipeline):
    """What asks a model goes to any member; a list of models, or an answer in the background, to the first alone."""

    pool: Pool = field(kw_only=True)

    @classmethod
    def of(cls, pools: Pools, candidates: Sequence[Candidate]) -> Pooled:
        """The pipeline of these candidates."""
        one = candidates[0].pipeline
        pool = Pool(pools, tuple(candidates))
        return cls(**{each.name: getattr(one, each.name) for each in fields(Pipeline)}, pool=pool)

    @property
    def all(self) -> Sequence[Pipeline]:
        """Itself, and those that it hands its calls to."""
        return (self, *(each for candidate in self.pool.candidates for each in candidate.pipelines))

    def secrets(self) -> list[Secret]:
        """The keys of all these, used already or not, but for those that a command would have to be run for."""
        written = [secret for candidate in self.pool.candidates for secret in candidate.secrets]
        return [*Pipeline.secrets(self), *written]  # `super` knows no class that slots have made anew

    def standing(self, now: float) -> Sequence[Standing]:
        """Who a call may go to at this time of day; raises HamrError."""
        return self.pool.standing(now)

    def usage(self) -> Flow[list[LimitUse]]:
        """How much of the user's own limits is used just now, for each key."""
        return self.pool.usage()

    def flow(self, request: Request, settings: Settings) -> Flow[Response]:
        """Make the call; emits the events of its reply and returns their fold. Raises HamrError."""
        return self.pool.served(lambda pipeline, own: pipeline.flow(request, own), settings, request)

    def embed(self, request: EmbeddingRequest, settings: Settings) -> Flow[Embeddings]:
        """Turn the inputs into vectors; raises HamrError."""
        return self.pool.served(lambda pipeline, own: pipeline.embed(request, own), settings, request)

    def count(self, request: Request, settings: Settings) -> Flow[int]:
        """How many tokens the request has, as a provider counts them; raises HamrError."""
        return self.pool.served(lambda pipeline, own: pipeline.count(request, own), settings, request)
