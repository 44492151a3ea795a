"""What pools know, in a store that others share and that outlives the process."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import astuple
from typing import Any, TypeVar

from hamr.database import MEMORY
from hamr.effects import Flow
from hamr.locks import state_folder
from hamr.pool.breaker import Health
from hamr.pool.state import Rest, Room, Scope, State
from hamr.specs import StateStore
from hamr.state.shared import Place, Shared
from hamr.state.sqlite import SqliteStore
from hamr.state.substitutes import Chosen

Result = TypeVar("Result")
Rows = dict[str, str]

FILE = "pool.sqlite"
PATH_VARIABLE = "HAMR_POOL_STATE_FILE"
TABLE = "pool"
ALONE = "what pools learn is kept for this process alone from now on"
KEPT = 7 * 86400.0
"""Seconds for which what is over is kept."""


def shared(environ: Mapping[str, str], chosen: Chosen | None) -> Shared:
    """The stores of pools: the one that is chosen, the file that the environment names, or that in the state folder."""
    given = environ.get(PATH_VARIABLE, "").strip()
    path = os.path.abspath(given) if given else str(state_folder(environ) / FILE)
    own = [Place(SqliteStore(path)), Place(SqliteStore(MEMORY), ALONE)]
    return Shared(own if chosen is None else chosen.before(own, "what pools learn is"))


def change(store: StateStore, work: Callable[[State], Result]) -> Flow[Result]:
    """Do this with the state and keep what it has changed; raises StateLost. `work` may be called more than once."""

    def transact(rows: Rows) -> Result:
        state = read(rows)
        result = work(state)
        after = written(state)
        for name in rows.keys() - after.keys():
            del rows[name]
        rows.update(after)
        return result

    return store.change(TABLE, transact)


def learn(store: StateStore, scope: Scope, found: Mapping[str, Room]) -> Flow[None]:
    """Keep what is left of limits; raises StateLost."""
    return store.put(TABLE, written(State(rooms={(scope, kind): room for kind, room in found.items()})))


def forget(state: State, before: float) -> None:
    """Take away what was over at that time."""
    state.rests = {scope: rest for scope, rest in state.rests.items() if rest.until >= before}
    state.rooms = {place: room for place, room in state.rooms.items() if room.resets >= before}


def forget_key(state: State, provider: str, key: str) -> bool:
    """Take away all that is known of the key that has this id; gives whether there was something."""
    rests = {scope: rest for scope, rest in state.rests.items() if scope[:2] != (provider, key)}
    rooms = {place: room for place, room in state.rooms.items() if place[0][:2] != (provider, key)}
    turns = {id: turn for id, turn in state.turns.items() if (id, turn) != (provider, key)}
    gone = (rests, rooms, turns) != (state.rests, state.rooms, state.turns)
    state.rests, state.rooms, state.turns = rests, rooms, turns
    return gone


def read(rows: Mapping[str, str]) -> State:
    """The state that is in these rows; a row that is none is passed over, for others may write there too."""
    state = State()
    for name, value in rows.items():
        try:
            _add(state, json.loads(name), json.loads(value))
        except ValueError:
            continue
    return state


def _add(state: State, name: Any, value: Any) -> None:
    match name, value:
        case ["rest", str(provider), str(key), str(model)], [int() | float() as until, str(why), bool(probe)]:
            state.rests[provider, key, model] = Rest(until, why, probe)
        case ["health", str(provider)], [str(outcomes), int(openings), int() | float() as until]:
            state.health[provider] = Health(outcomes, openings, until)
        case ["turn", str(provider)], str(key):
            state.turns[provider] = key
        case ["room", str(provider), str(key), str(model), str(kind)], [int(left), int() | float() as resets, limit]:
            state.rooms[(provider, key, model), kind] = Room(left, resets, limit)
        case ["seen"], int() | float() as seen:
            state.seen = seen


def written(state: State) -> Rows:
    """The rows that a state comes to."""
    found: list[tuple[tuple[str, ...], Any]] = [
        *((("rest", *scope), astuple(rest)) for scope, rest in state.rests.items()),
        *((("health", provider), astuple(health)) for provider, health in state.health.items()),
        *((("turn", provider), key) for provider, key in state.turns.items()),
        *((("room", *scope, kind), astuple(room)) for (scope, kind), room in state.rooms.items()),
        *([(("seen",), state.seen)] if state.seen else ()),
    ]
    return {json.dumps(name): json.dumps(value) for name, value in found}
