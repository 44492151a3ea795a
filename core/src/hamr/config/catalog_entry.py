"""A model as `[models.<id>]` and `[patch.models.<id>]` of a TOML file describe it (inventory N-124, N-125)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from hamr.config.cost import CostTable
from hamr.config.cost import said as costs
from hamr.config.entry import COST, INPUTS, LimitEntry
from hamr.config.local_memory import LocalMemory

DAY = {"pattern": r"\d{4}-\d{2}-\d{2}"}
TIERS = ("small", "mid", "frontier", "reasoning")


@dataclass(frozen=True, slots=True)
class CatalogEntry:
    """What a file says of one model; `capabilities` is read and counts for nothing (N-108), as the matrix says it."""

    id: str | None = None
    provider: str | None = None
    wire_model: str | None = None
    name: str | None = None
    display_name: str | None = None
    context_window: int | None = field(default=None, metadata={"least": 1})
    runtime_context_window: int | None = field(default=None, metadata={"least": 1})
    stream_timeout: float | None = field(default=None, metadata={"least": 0.001})
    max_tokens: int | None = field(default=None, metadata={"least": 1})
    max_output_tokens: int | None = field(default=None, metadata={"least": 1})
    input: tuple[str, ...] = field(default=(), metadata=INPUTS)
    reasoning: bool | None = None
    cost: CostTable | None = field(default=None, metadata=COST)
    pricing: CostTable | None = field(default=None, metadata=COST)
    cost_per_1k_in: float | None = None
    cost_per_1k_out: float | None = None
    availability: str | None = field(default=None, metadata={"one_of": ("serverless", "dedicated", "unknown")})
    rate_limits: LimitEntry | None = field(default=None, metadata={"table": LimitEntry})
    tier: str | None = field(default=None, metadata={"one_of": TIERS})
    logical_model: str | None = None
    shutdown: str | None = field(default=None, metadata=DAY)
    deprecated: bool | None = None
    deprecation_note: str | None = None
    superseded_by: str | None = None
    open_weight: bool | None = None
    strengths: tuple[str, ...] = ()
    equivalence_group: str | None = None
    capabilities: tuple[str, ...] = ()
    local_memory: LocalMemory | None = field(default=None, metadata={"table": LocalMemory})
    serving_tiers: tuple[str, ...] = ()

    def row(self) -> dict[str, Any]:
        """What it says, with its prices in the one spelling."""
        told = {name: value for name, value in asdict(self).items() if value not in (None, (), "")}
        coarse = {"input": told.pop("cost_per_1k_in", None), "output": told.pop("cost_per_1k_out", None)}
        cost = costs({name: getattr(self, name) for name in ("cost", "pricing")}, coarse)
        for name in ("cost", "pricing", "capabilities", "wire_model"):
            told.pop(name, None)
        if self.local_memory is not None:
            told["local_memory"] = self.local_memory
        if window := told.pop("runtime_context_window", None):  # what its server gives it, of what it could have
            told["context_window"] = window
        told.pop("rate_limits", None)
        limits = {} if self.rate_limits is None else self.rate_limits.said
        told |= {"rate_limits": limits} if limits else {}
        return {**told, "cost": cost} if cost else told


@dataclass(frozen=True, slots=True)
class Suppressed:
    """The models that lists leave out: `*` in the name is any text."""

    provider: str
    model: str

    @classmethod
    def of(cls, text: str) -> Suppressed | None:
        """The route as files write it, `provider:model` or `provider/model`; None for what is neither."""
        at = min((place for place in (text.find(":"), text.find("/")) if place > 0), default=-1)
        return None if at < 0 or not text[at + 1 :] else cls(text[:at], text[at + 1 :])

    def __str__(self) -> str:
        return f"{self.provider}/{self.model}"


def about(patches: Mapping[str, Mapping[str, Any]], provider: str) -> dict[str, Mapping[str, Any]]:
    """Those of the patches that are for models of this provider, by the model's name.

    They are written for `provider/model`, or for a model by its name alone, whoever has it.
    """
    own = {name.removeprefix(f"{provider}/"): row for name, row in patches.items() if name.startswith(f"{provider}/")}
    rest = {name: row for name, row in patches.items() if name not in own and row.get("provider", provider) == provider}
    return {**rest, **own}
