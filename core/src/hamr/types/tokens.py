"""What a login gives, and where it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of one login; none of them is shown.

    `expires` is when `access` ends, in seconds since 1970, where that is known; `account` is the provider's id of who
    logged in; `extra` is what else is kept with them, as JSON.
    """

    access: str = field(repr=False)
    refresh: str | None = field(default=None, repr=False)
    expires: float | None = None
    account: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def is_usable(self, now: float, margin: float = 0.0) -> bool:
        """Whether they let calls in for at least `margin` more seconds."""
        return self.expires is None or self.expires - margin > now

    def is_same(self, other: Tokens) -> bool:
        """Whether they are the same tokens, whatever else is known of them."""
        return (self.access, self.refresh) == (other.access, other.refresh)


class TokenStore(Protocol):
    """Where the tokens of one provider are kept.

    `lock` is to be held while they are replaced, and `refresh_lock` while new ones are asked for; both are locks in
    `folder`. `name` is what people call the place.
    """

    @property
    def name(self) -> str:
        """What people call the place."""

    @property
    def folder(self) -> str:
        """Where the locks are."""

    @property
    def lock(self) -> str:
        """The lock of the place."""

    @property
    def refresh_lock(self) -> str:
        """The lock of these tokens."""

    @property
    def login(self) -> str:
        """What the user calls this login; empty for one without a name."""

    def read(self) -> Tokens | None:
        """The tokens as they are kept now; raises ConfigError where the place cannot be read."""

    def replace(self, old: Tokens | None, new: Tokens) -> bool:
        """Keep `new` in the place of `old`, or whatever is there where `old` is None.

        False where something else is there by now, which then stays. Raises ConfigError where it cannot be written.
        """
