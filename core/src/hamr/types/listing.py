"""Which models a provider has, in its own words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hamr.types.part import Extra

if TYPE_CHECKING:
    from hamr.errors import HamrError


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A model as its provider lists it; what the provider does not say is None, never guessed.

    `name` is for people: the provider's, or the id made readable. `context_window` and `max_tokens` (the longest
    answer) are in tokens, `created` is in seconds since 1970, `input` names what the model reads (`text`, `image`,
    `audio`). `pricing` is the provider's own table in the provider's own units, `extra` the whole row as it came.
    """

    id: str
    provider: str
    name: str
    context_window: int | None = None
    max_tokens: int | None = None
    input: tuple[str, ...] | None = None
    reasoning: bool | None = None
    tools: bool | None = None
    owned_by: str | None = None
    created: int | None = None
    shutdown_date: str | None = None
    pricing: Mapping[str, Any] | None = None
    extra: Extra | None = field(default=None, repr=False)

    @property
    def selector(self) -> str:
        """`provider/model`, as a user writes it."""
        return f"{self.provider}/{self.id}"


@dataclass(frozen=True, slots=True)
class ModelPage:
    """One reply of a provider that lists its models; `next` is the wire's own mark of the page after it."""

    models: tuple[ModelInfo, ...]
    next: str | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """The models of one provider or of several; `failures` says, by provider, why one could not be asked."""

    models: tuple[ModelInfo, ...] = ()
    failures: Mapping[str, HamrError] = field(default_factory=dict)
