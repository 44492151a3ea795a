"""How much the model should think, as `thinking`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hamr.api import ThinkingConfig
    from hamr.wirekit import Told
    from hamr_provider_cohere.compat import Compat

# The budgets that levels stand for are a choice of this project; from `high` on there is no bound.
BUDGETS = {"minimal": 1024, "low": 4096, "medium": 16384}


def thinking_field(wanted: ThinkingConfig | None, compat: Compat, told: Told) -> dict[str, Any] | None:
    """The table, or None where nothing is asked for, or the model does not think."""
    if wanted is None or (wanted.level is None and wanted.tokens is None):
        return None
    if not compat.thinks:
        if wanted.level != "off" and wanted.tokens != 0:
            told("dropped", "thinking", "this model does not think")
        return None
    if wanted.level == "off" or (wanted.level is None and wanted.tokens == 0):
        return {"type": "disabled"}
    budget = wanted.tokens if wanted.level is None else BUDGETS.get(wanted.level)
    if wanted.level is not None and wanted.level != "high":
        how = "without a bound" if budget is None else f"as {budget:,} tokens"
        told("changed", "thinking.level", f"this wire takes a budget; sent {how}")
    return {"type": "enabled"} if budget is None else {"type": "enabled", "token_budget": budget}
