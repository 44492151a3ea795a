"""Candidates that are not asked because a request is too large for them, as the user says (inventory R-48, R-82)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from hamr import estimate
from hamr.provider_variables import number
from hamr.types import PassedOver

if TYPE_CHECKING:
    from hamr.gates import Asking
    from hamr.pool.candidate import Candidate

VARIABLE = "SKIP_TOKENS_OVER"


def fitting(
    candidates: Sequence[Candidate], asked: Asking, environ: Mapping[str, str]
) -> tuple[Sequence[Candidate], Sequence[PassedOver]]:
    """The candidates that a request is not too large for, and the others; all where none would be left (M-72)."""
    if len(candidates) == 1:
        return candidates, ()
    left: list[Candidate] = []
    others: list[PassedOver] = []
    size: int | None = None
    for each in candidates:
        route = each.pipeline.route
        most = number(environ, route.provider.id, VARIABLE)
        if most is not None and size is None:
            size = estimate.input_tokens(asked)
        if most is None or size is None or size <= most[0]:
            left.append(each)
        else:
            why = f"the request has some {size:,} tokens, over {most[0]:,} ({most[1]})"
            others.append(PassedOver(route.selector, None, why))
    return (left, others) if left else (candidates, ())
