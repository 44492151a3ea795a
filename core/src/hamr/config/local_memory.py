"""How much memory a model takes on a server of one's own, as a file says it (inventory N-50, N-51)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

LEAST = {"least": 0}
MARGIN = 4.0
"""GiB to spare, where the file says nothing of it."""


@dataclass(frozen=True, slots=True)
class LocalMemory:
    """What it takes at rest, in GiB, and for each thousand tokens of context; both measured or reckoned."""

    base_resident_gib: float | None = field(default=None, metadata=LEAST)
    measured_resident_gib: float | None = field(default=None, metadata=LEAST)
    measured_context_window: int | None = field(default=None, metadata=LEAST)
    measured_cache_type: str | None = None
    kv_cache_gib_per_1k_ctx: float | None = field(default=None, metadata=LEAST)
    default_cache_type: str | None = None
    cache_type_multipliers: Mapping[str, Any] = field(default_factory=dict)
    safety_margin_gib: float = field(default=MARGIN, metadata=LEAST)
    max_recommended_context: int | None = field(default=None, metadata=LEAST)
    last_verified: str | None = None
    notes: str | None = None

    def gib(self, context: int) -> float | None:
        """What it takes with so many tokens of context; None where the file does not say enough."""
        base = self.measured_resident_gib if self.base_resident_gib is None else self.base_resident_gib
        if base is None or self.kv_cache_gib_per_1k_ctx is None:
            return None
        factor = self.cache_type_multipliers.get(self.default_cache_type or "", 1.0)
        factor = factor if isinstance(factor, int | float) and not isinstance(factor, bool) else 1.0
        return base + context / 1000 * self.kv_cache_gib_per_1k_ctx * factor

    def told(self, context: int | None) -> str | None:
        """For people, what it takes with the context that it has, or else that is recommended or was measured."""
        context = context or self.max_recommended_context or self.measured_context_window
        if context is None or (gib := self.gib(context)) is None:
            return None
        more = self.max_recommended_context
        advice = f"; no more than {more:,} are recommended" if more is not None and context > more else ""
        return f"{gib:.1f} GiB with {context:,} tokens of context, and {self.safety_margin_gib:g} GiB to spare{advice}"
