"""Many inputs as several calls, and what comes of these as one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import reduce
from itertools import chain
from operator import add
from typing import TYPE_CHECKING

from hamr.types import Adaptation, Cost, Embeddings, Timings, Usage

if TYPE_CHECKING:
    from hamr.calls.endings import Sending
    from hamr.types import EmbeddingRequest

Part = tuple[Embeddings, "Sending"]


def batches(request: EmbeddingRequest, most: int | None) -> Iterator[EmbeddingRequest]:
    """The request, cut where it has more than `most` inputs."""
    if most is None or len(request.inputs) <= most:
        yield request
        return
    for start in range(0, len(request.inputs), most):
        yield replace(request, inputs=request.inputs[start : start + most])


def joined(parts: Sequence[Part]) -> Embeddings:
    """The vectors of all calls in their order, with what these took and cost together.

    `request_id` and `extra` are the first call's: the others' have no place of their own.
    """
    first, sending = parts[0]
    told = list(chain.from_iterable(each.adaptations for _, each in parts))
    if len(parts) > 1:
        most = len(first.vectors)
        told.append(Adaptation("changed", "inputs", f"sent in {len(parts)} calls, for one takes no more than {most:,}"))
    return replace(
        first,
        vectors=tuple(chain.from_iterable(part.vectors for part, _ in parts)),
        usage=_usage([part.usage for part, _ in parts]),
        cost=_cost([part.cost for part, _ in parts]),
        request_id=sending.request_id,
        adaptations=tuple(dict.fromkeys(told)),
        warnings=tuple(chain.from_iterable(each.warnings for _, each in parts)),
        timings=Timings(None, parts[-1][1].ended - sending.begun, sum(each.attempts for _, each in parts)),
    )


def _usage(parts: Sequence[Usage | None]) -> Usage | None:
    """The sum; None where one of the calls did not say, for a sum of the others would be wrong."""
    if len(parts) == 1:
        return parts[0]
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    return replace(reduce(add, known), raw={"calls": [part.raw for part in known]})


def _cost(parts: Sequence[Cost]) -> Cost:
    """The sum, or the first that is not known."""
    return reduce(add, parts)
