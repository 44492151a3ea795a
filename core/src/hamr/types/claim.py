"""What a call wants of limits that many processes share, and what they answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

ClaimKind = Literal["rpm", "tpm", "input_tpm", "output_tpm", "concurrency"]

WORDS: dict[ClaimKind, str] = {
    "rpm": "calls a minute",
    "tpm": "tokens a minute",
    "input_tpm": "input tokens a minute",
    "output_tpm": "output tokens a minute",
    "concurrency": "calls at once",
}


@dataclass(frozen=True, slots=True)
class Claim:
    """What a call wants of one limit: `amount` of what the `bucket` may hold; `scope` is what it is a limit of."""

    bucket: str
    kind: ClaimKind
    limit: int
    amount: int
    scope: str

    @property
    def charged(self) -> int:
        """More than the whole limit is never charged: a call that large waits until nothing else is there."""
        return min(self.amount, self.limit)

    @property
    def words(self) -> str:
        """The limit, for people."""
        return f"{self.limit:,} {WORDS[self.kind]} for {self.scope}"


@dataclass(frozen=True, slots=True)
class LimitUse:
    """A limit of the user's own, and how much of it is used just now, None where that cannot be told.

    `scope` is the provider or the model that it is a limit of, `key` the end of the key that it is counted for, where
    there are several; `origin` says where it is set.
    """

    scope: str
    kind: ClaimKind
    limit: int
    used: int | None
    origin: str
    key: str | None = None

    @property
    def words(self) -> str:
        """The same for people."""
        used = "?" if self.used is None else f"{self.used:,}"
        key = f" with the key {self.key}" if self.key else ""
        return f"{used} of {self.limit:,} {WORDS[self.kind]} used for {self.scope}{key}"


@dataclass(frozen=True, slots=True)
class Grant:
    """What was reserved, and the slot it is in; `lease` is its number among the calls that go on at once."""

    claims: Sequence[Claim]
    at: int
    lease: int


@dataclass(frozen=True, slots=True)
class NoRoom:
    """There may be room for `claim` in so many seconds; `ticket` is the place in the queue, if one was taken."""

    seconds: float
    claim: Claim
    ticket: int | None
