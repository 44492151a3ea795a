"""How a provider is asked and what it is known for, as a manifest or a file says it (inventory N-123)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

METHODS = {"one_of": ("GET", "POST", "HEAD")}


@dataclass(frozen=True, slots=True)
class RetryTable:
    """How often a failed call is sent again, and how long the first wait is; what is not said is hamr's own.

    A call's own `retries`, and a client's, count before `count`.
    """

    count: int | None = field(default=None, metadata={"least": 0})
    delay_ms: float | None = field(default=None, metadata={"least": 0})


@dataclass(frozen=True, slots=True)
class HealthTable:
    """What is asked to find out whether a provider is there: a `url`, or a `path` behind the base URL."""

    method: str = field(default="GET", metadata=METHODS)
    path: str | None = None
    url: str | None = None
    body: str | None = None

    def address(self, base_url: str) -> str:
        """Where it is asked."""
        if self.url is not None:
            return self.url
        path = (self.path or "").lstrip("/")
        return f"{base_url.rstrip('/')}/{path}" if path else base_url


@dataclass(frozen=True, slots=True)
class CatalogTable:
    """What models.dev calls the provider, if not by its id, and what the provider's own list of models says of prices.

    `prices` has for each bucket of `hamr.catalog.row.Rates` its field there, in dollars for so many tokens (`per`).
    `coarse_input` and `coarse_output` are what a million tokens cost, in dollars, of models that have no price, and
    `latency_p50_ms` is the time in milliseconds that half of its calls take at most.
    `free` is the pattern (`*` is any text) of the ids that cost nothing, where others do: those alone stand in for one
    that is gone.
    """

    models_dev: str | None = None
    prices: Mapping[str, str] = field(default_factory=dict)
    per: int = field(default=1_000_000, metadata={"least": 1})
    coarse_input: float | None = field(default=None, metadata={"least": 0})
    coarse_output: float | None = field(default=None, metadata={"least": 0})
    free: str | None = None
    latency_p50_ms: float | None = field(default=None, metadata={"least": 0})
