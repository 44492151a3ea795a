"""What the provider says a call cost."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TypeGuard

    from hamr.types import Cost


class CostRules(Protocol):
    """Where a provider's account of tokens says what they cost; flags of a wire's compat."""

    @property
    def usage_cost_field(self) -> str | None:
        """The field that holds the cost, with dots between tables."""

    @property
    def usage_cost_divisor(self) -> int:
        """So many of its units are a dollar."""

    @property
    def usage_upstream_cost_field(self) -> str | None:
        """The field that holds what the provider behind it charged."""


def stated_cost(raw: Mapping[str, Any], rules: CostRules) -> Cost | None:
    """The cost in the account `raw`, or None where it says none."""
    cost = _at(raw, rules.usage_cost_field)
    if not _is_number(cost):
        return None
    from decimal import Decimal

    from hamr.types import Cost

    usd = Decimal(str(cost)) / rules.usage_cost_divisor
    # With a key of one's own OpenRouter charges a fee, and the upstream charges the rest ("BYOK", 2026-11).
    upstream = _at(raw, rules.usage_upstream_cost_field) if raw.get("is_byok") else None
    return Cost(usd + Decimal(str(upstream)) if _is_number(upstream) else usd, "the provider says so")


def _at(raw: Mapping[str, Any], path: str | None) -> Any:
    value: Any = raw
    for name in path.split(".") if path else ():
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
