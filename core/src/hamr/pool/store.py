"""What pools know, in a store that others share and that outlives the process."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, TypeVar

from pydantic_core import from_json

from hamr.calls.breaker import Health
from hamr.effects import Flow
from hamr.pool.state import Rest, Room, Scope, State
from hamr.specs import StateStore
from hamr.state.shared import Place, Shared
from hamr.state.sqlite import SqliteStore
from hamr.state.substitutes import Chosen
from hamr.storage.database import MEMORY
from hamr.storage.locks import state_folder

Result = TypeVar("Result")
Rows = dict[str, str]
Entry = tuple[str, ...]
"""What a row is about: `rest`, `health`, `turn`, `room` or `seen`, and of whom; as JSON it is the row's name."""

FILE = "pool.sqlite"
PATH_VARIABLE = "HAMR_POOL_STATE_FILE"
TABLE = "pool"
ALONE = "what pools learn is kept for this process alone from now on"
NAMES = 4_096
"""Names of rows that are not read and written anew each time."""
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
        before = dict(_entries(state))
        result = work(state)
        after = dict(_entries(state))
        for entry in before.keys() - after.keys():
            del rows[_name(entry)]
        rows.update(_rows((entry, what) for entry, what in after.items() if before.get(entry) != what))
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
            _add(state, _entry(name), from_json(value))
        except ValueError:
            continue
    return state


def written(state: State) -> Rows:
    """The rows that a state comes to."""
    return _rows(_entries(state))


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


def _entries(state: State) -> Iterator[tuple[Entry, Rest | Health | Room | str | float]]:
    for scope, rest in state.rests.items():
        yield ("rest", *scope), rest
    for provider, health in state.health.items():
        yield ("health", provider), health
    for provider, key in state.turns.items():
        yield ("turn", provider), key
    for (scope, kind), room in state.rooms.items():
        yield ("room", *scope, kind), room
    if state.seen:
        yield ("seen",), state.seen


def _rows(entries: Iterable[tuple[Entry, Rest | Health | Room | str | float]]) -> Rows:
    return {_name(entry): json.dumps(_fields(what)) for entry, what in entries}


def _fields(what: Rest | Health | Room | str | float) -> Any:
    match what:
        case Rest():
            return what.until, what.why, what.probe
        case Health():
            return what.outcomes, what.openings, what.until
        case Room():
            return what.remaining, what.resets, what.limit
    return what


@lru_cache(NAMES)
def _name(entry: Entry) -> str:
    return json.dumps(entry)


@lru_cache(NAMES)
def _entry(name: str) -> Any:
    return from_json(name)
