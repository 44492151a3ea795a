"""How long the answer may be, thinking included: the wire must always be told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.wires.anthropic_messages.thinking_request import LEAST

if TYPE_CHECKING:
    from hamr.types import Request
    from hamr.wires.anthropic_messages.compat import Compat
    from hamr.wires.told import Told


def fit_length(body: dict[str, Any], request: Request, compat: Compat, told: Told) -> None:
    """Set `max_tokens`, and make the budget for thinking smaller than it is."""
    thinking = body.get("thinking", {})
    budget = int(thinking.get("budget_tokens", 0))
    most = _most(request.max_tokens, budget, compat, told)
    body["max_tokens"] = most
    if budget < most or not budget:
        return
    if most <= LEAST:
        told("dropped", "thinking", f"the smallest budget is {LEAST}, and max_tokens leaves no room for it")
        del body["thinking"]
        return
    # Half of the answer is left for what is said, but no more than a page.
    fitting = max(LEAST, most - min(most // 2, 2048))
    if request.thinking is not None and request.thinking.tokens is not None:
        told("clamped", "thinking.tokens", f"it must be less than max_tokens; sent as {fitting}")
    thinking["budget_tokens"] = fitting


def _most(wanted: int | None, budget: int, compat: Compat, told: Told) -> int:
    limit = compat.max_tokens
    if wanted is not None:
        if limit and wanted > limit:
            told("clamped", "max_tokens", f"this model's longest answer has {limit}")
            return limit
        return wanted
    most = compat.default_max_tokens + budget
    most = min(most, limit) if limit else most
    told("injected", "max_tokens", f"this wire must be told; sent as {most}")
    return most
