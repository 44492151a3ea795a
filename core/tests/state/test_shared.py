"""Which of several stores is in use, and what is told of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hamr.effects import Flow
from hamr.errors import StateLost
from hamr.specs import StateStore
from hamr.state.shared import Place, Shared
from hamr.state.sqlite import SqliteStore
from hamr.state.substitutes import AGAIN, Chosen, Without
from hamr.storage.database import MEMORY
from hamr.types import Grant
from hamr_testkit.colours import Colour
from hamr_testkit.state_stores import NOWHERE, RPM, boxed


class Failing:
    """A store that is lost for as long as it is said to be; all it can do is tell who it is."""

    def __init__(self, place: str) -> None:
        self.place = place
        self.lost = False
        self.asked = 0

    def salt(self) -> Flow[bytes]:
        yield from ()
        self.asked += 1
        if self.lost:
            raise StateLost(f"{self.place} is silent")
        return self.place.encode()

    def close(self) -> None:
        self.lost = True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    monkeypatch.setattr("hamr.held.time.monotonic", lambda: 100.0)
    return lambda now: monkeypatch.setattr("hamr.held.time.monotonic", lambda: now)


class Asking:
    def __init__(self, colour: Colour, *places: Place) -> None:
        self.shared = Shared(places)
        self.told: list[str] = []
        self._colour = colour

    def salt(self) -> bytes:
        """Asked by way of `use`: the name of who answered."""
        flow = boxed(self.shared.use(lambda store: store.salt()))
        found: bytes = self._colour.result(flow, NOWHERE, lambda text, _: self.told.append(text))[0]
        return found


def three(colour: Colour) -> tuple[Asking, list[Any]]:
    stores: list[Any] = [Failing(name) for name in ("first", "second", "third")]
    places = [Place(stores[0], again=5), Place(stores[1], "the second counts"), Place(stores[2], "the third counts")]
    return Asking(colour, *places), stores


def test_the_first_counts_for_as_long_as_it_is_there(colour: Colour) -> None:
    asking, stores = three(colour)
    assert [asking.salt(), asking.salt()] == [b"first", b"first"]
    assert (asking.told, stores[1].asked) == ([], 0)


def test_the_next_takes_its_place_and_both_changes_are_told_once(
    colour: Colour, clock: Callable[[float], None]
) -> None:
    asking, stores = three(colour)
    stores[0].lost = True
    assert [asking.salt(), asking.salt()] == [b"second", b"second"]
    assert asking.told == ["the second counts: first is silent"]
    assert stores[0].asked == 1
    clock(105.0)
    assert asking.salt() == b"second"
    assert (stores[0].asked, len(asking.told)) == (2, 1)
    stores[0].lost = False
    clock(109.0)
    assert asking.salt() == b"second"
    clock(110.0)
    assert [asking.salt(), asking.salt()] == [b"first", b"first"]
    assert asking.told[1:] == ["first is back"]


def test_one_that_is_not_asked_again_is_let_go_of(colour: Colour) -> None:
    asking, stores = three(colour)
    stores[0].lost = stores[1].lost = True
    assert asking.salt() == b"third"
    stores[1].lost = False
    assert asking.salt() == b"third"
    assert asking.told == ["the second counts: first is silent", "the third counts: second is silent"]


def test_where_all_are_lost_it_is_raised(colour: Colour) -> None:
    asking, stores = three(colour)
    for each in stores:
        each.lost = True
    with pytest.raises(StateLost, match="third is silent"):
        asking.salt()


def test_what_was_found_out_elsewhere_counts(colour: Colour) -> None:
    asking, stores = three(colour)
    told: list[str] = []
    for store in (stores[0], stores[0], stores[2]):
        colour.result(boxed(asking.shared.lost(store, StateLost("gone"))), NOWHERE, lambda text, _: told.append(text))
    assert told == ["the second counts: gone"]
    assert asking.salt() == b"second"


@pytest.mark.parametrize(
    ("on_failure", "substitutes", "told"),
    [
        ("local", [SqliteStore, SqliteStore], "limits are kept on this machine alone until far://away is back"),
        ("open", [Without], "limits are not kept until far://away is back"),
        ("closed", [Without], "calls with a limit are refused until far://away is back"),
    ],
)
def test_what_takes_the_place_of_a_store_is_the_users_choice(
    on_failure: Any, substitutes: list[Any], told: str
) -> None:
    far: Any = Failing("far://away")
    own = [Place(SqliteStore(MEMORY)), Place(SqliteStore(MEMORY), "alone")]
    first, *others = Chosen(far, on_failure, "here").for_limits(own)
    assert (first.store, first.again) == (far, AGAIN)
    assert [type(each.store) for each in others] == substitutes
    assert others[0].told == told


def test_a_store_that_keeps_nothing_admits_all_or_nothing(colour: Colour) -> None:
    def asked(flow: Flow[Any]) -> Any:
        return colour.result(boxed(flow), NOWHERE)[0]

    free: StateStore = Without("far://away", admits=True)
    grant = asked(free.claim([RPM]))
    assert isinstance(grant, Grant)
    asked(free.settle(grant, {}))
    free.release(grant)
    asked(free.put("t", {"a": "1"}))
    assert asked(free.change("t", len)) == 0
    assert asked(free.salt()) == asked(free.salt())
    free.close()
    with pytest.raises(StateLost, match="far://away is lost"):
        asked(Without("far://away", admits=False).claim([RPM]))
