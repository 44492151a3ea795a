"""What takes the place of a store that many machines share, while it is lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from hamr.effects import Flow
from hamr.errors import StateLost
from hamr.specs import StateStore
from hamr.state.shared import Place
from hamr.types import Claim, Grant, NoRoom

Result = TypeVar("Result")
OnFailure = Literal["local", "open", "closed"]

AGAIN = 5.0
"""Seconds after which one call asks whether it is back."""
LOCAL = "on this machine alone until {place} is back"
NO_SALT = bytes(16)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The store that a user has named, what counts for limits while it is lost, and what names it."""

    store: StateStore
    on_failure: OnFailure
    origin: str

    def before(self, own: Sequence[Place], what: str) -> list[Place]:
        """It, and the machine's `own` places for while it is lost; `what` is kept there, for people."""
        own[0].told = f"{what} kept {LOCAL.format(place=self.store.place)}"
        return [Place(self.store, again=AGAIN), *own]

    def for_limits(self, own: Sequence[Place]) -> list[Place]:
        """It, and for while it is lost what the user wants then."""
        place = self.store.place
        match self.on_failure:
            case "local":
                return self.before(own, "limits are")
            case "open":
                told, substitute = f"limits are not kept until {place} is back", Without(place, admits=True)
            case "closed":
                told, substitute = f"calls with a limit are refused until {place} is back", Without(place, admits=False)
        return [Place(self.store, again=AGAIN), Place(substitute, told)]


@dataclass(frozen=True, slots=True)
class Without:
    """A StateStore that keeps nothing and admits everything, or nothing; it stands in for the one at `place`."""

    place: str
    admits: bool

    def salt(self) -> Flow[bytes]:
        """Any will do."""
        yield from ()
        return NO_SALT

    def claim(
        self, claims: Sequence[Claim], ticket: int | None = None, patience: float = float("inf")
    ) -> Flow[Grant | NoRoom]:
        """Grant it, or raise StateLost."""
        yield from ()
        if self.admits:
            return Grant(claims, 0, 0)
        raise StateLost(
            f"whether a limit has room cannot be told: {self.place} is lost",
            hint="Calls are refused meanwhile, for HAMR_STATE_ON_FAILURE is closed; local or open lets them through.",
        )

    def settle(self, grant: Grant, used: Mapping[str, int]) -> Flow[None]:
        """Nothing was kept."""
        yield from ()

    def used(self, claims: Sequence[Claim]) -> Flow[Sequence[int]]:
        """Nobody can tell."""
        yield from ()
        raise StateLost(f"what is used of a limit cannot be told: {self.place} is lost")

    def release(self, grant: Grant) -> None:
        """Nothing was kept."""

    def change(self, table: str, work: Callable[[dict[str, str]], Result]) -> Flow[Result]:
        """Nothing is known."""
        yield from ()
        return work({})

    def put(self, table: str, rows: Mapping[str, str]) -> Flow[None]:
        """Nothing is kept."""
        yield from ()

    def close(self) -> None:
        """There is nothing to let go of."""
