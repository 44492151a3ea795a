"""Texts as vectors: what is asked for, and what comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hamr.types.call import Adaptation
from hamr.types.part import Extra
from hamr.types.response import Timings
from hamr.types.usage import Cost, Usage

if TYPE_CHECKING:
    from array import array


@dataclass(frozen=True, slots=True)
class EmbeddingRequest:
    """Texts, or tokens of the model's own, each of which becomes a vector of `dimensions` numbers.

    `options` are fields of the wire's own body, sent as they are; `headers` are added to the call.
    """

    inputs: tuple[str | tuple[int, ...], ...]
    dimensions: int | None = None
    user: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Embeddings:
    """One vector for each input, in the order of the inputs.

    A vector is an `array` of 32-bit floats, which is what models compute and providers send: an eighth of the memory
    of a list, and read by NumPy and its kin without a copy. `model` is the one that served.
    """

    vectors: tuple[array[float], ...] = field(repr=False)
    provider: str
    model: str
    usage: Usage | None = None
    cost: Cost = field(default_factory=Cost)
    request_id: str | None = None
    adaptations: tuple[Adaptation, ...] = ()
    warnings: tuple[str, ...] = ()
    timings: Timings = field(default_factory=Timings)
    extra: Extra | None = None

    @property
    def vector(self) -> array[float]:
        """The first vector: the only one, where one text was given."""
        return self.vectors[0]
