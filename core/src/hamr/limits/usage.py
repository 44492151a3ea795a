"""The user's own limits that a call is held to, where they are set, and how much of each is used just now."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from hamr.effects import WallClock
from hamr.errors import StateLost
from hamr.key_ids import NONE, key_id, secret_of
from hamr.limits.gate import Governed, LimitGate
from hamr.types import LimitUse

if TYPE_CHECKING:
    from hamr.effects import Flow
    from hamr.gates import Gate
    from hamr.specs import StateStore
    from hamr.types import Route


def usage(gates: Sequence[Gate], route: Route, tail: str | None = None) -> Flow[list[LimitUse]]:
    """The limits of a route for its key, of which `tail` is the end; what is used is None where nobody can tell.

    No command is run for it.
    """
    found: list[LimitUse] = []
    for gate in (each for each in gates if isinstance(each, LimitGate)):
        claims = gate.claims(NONE)
        used: Sequence[int | None] = [None] * len(claims)
        if not route.is_slow():
            with suppress(StateLost):  # calls are let through or refused without it
                used = yield from gate.shared.use(partial(_used, gate, route))
        origins = {scope.selector: scope.origins for scope in gate.scopes}
        found += [
            LimitUse(claim.scope, claim.kind, claim.limit, amount, origins[claim.scope].get(claim.kind, ""), tail)
            for claim, amount in zip(claims, used, strict=True)
        ]
    if governors := [each for each in gates if isinstance(each, Governed)]:
        now: float = yield WallClock()
        for each in governors:
            with suppress(StateLost):
                found.append((yield from each.standing(route, tail, now)))
    return found


def _used(gate: LimitGate, route: Route, store: StateStore) -> Flow[Sequence[int]]:
    key = yield from key_id(store, secret_of(route))
    return (yield from store.used(gate.claims(key)))
