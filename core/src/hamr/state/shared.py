"""Which store is in use: the first of several that can be reached, so that a call seldom fails for want of one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from hamr.effects import Flow, Now, Tell
from hamr.errors import StateLost

if TYPE_CHECKING:
    from hamr.specs import StateStore

Result = TypeVar("Result")

FOREVER = float("inf")


@dataclass(slots=True)
class Place:
    """A store, what is told when it takes the place of the one before, and when it is asked again once it is lost.

    `again` are seconds; with FOREVER it is not asked again by this client.
    """

    store: StateStore
    told: str = ""
    again: float = FOREVER
    lost: bool = field(default=False, init=False)
    until: float = field(default=0.0, init=False)


class Shared:
    """Stores in the order in which they count; whoever is lost is told of once, and so is its return."""

    def __init__(self, places: Sequence[Place]) -> None:
        self._places = tuple(places)
        self._lock = threading.Lock()

    @property
    def store(self) -> StateStore:
        """The one that counts where all is well."""
        return self._places[0].store

    def use(self, work: Callable[[StateStore], Flow[Result]]) -> Flow[Result]:
        """Do this with the store that is in use; where that is lost, with the next. Raises StateLost where all are."""
        last = self._places[-1]
        tried = 0
        while True:
            tried, place = self._next((yield Now()), tried)
            try:
                result = yield from work(place.store)
            except StateLost as error:
                if place is last:
                    raise
                yield from self._lose(place, error)
            else:
                yield from self._keep(place)
                return result

    def lost(self, store: StateStore, error: StateLost) -> Flow[None]:
        """Note that a store is lost, which was found out elsewhere; nothing is raised."""
        (place,) = [each for each in self._places if each.store is store]
        if place is not self._places[-1]:
            yield from self._lose(place, error)

    def close(self) -> None:
        """Let go of all of them."""
        for place in self._places:
            place.store.close()

    def _next(self, now: float, tried: int) -> tuple[int, Place]:
        """The next behind as many as were tried, and how many these are with it; the last is there at any time."""
        with self._lock:
            behind = enumerate(self._places[tried:], tried + 1)
            number, place = next((number, place) for number, place in behind if place.until <= now)
            if place.lost:  # this call alone asks whether it is back
                place.until = now + place.again
            return number, place

    def _lose(self, place: Place, error: StateLost) -> Flow[None]:
        now: float = yield Now()
        with self._lock:
            first, place.lost = not place.lost, True
            place.until = now + place.again
        if first:
            if place.again == FOREVER:
                place.store.close()
            yield Tell(f"{self._places[self._places.index(place) + 1].told}: {error.message}")

    def _keep(self, place: Place) -> Flow[None]:
        with self._lock:
            back, place.lost, place.until = place.lost, False, 0.0
        if back:
            yield Tell(f"{place.store.place} is back")
