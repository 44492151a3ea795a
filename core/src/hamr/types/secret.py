"""A value that must not be seen."""

from __future__ import annotations

LONG = 16
"""From this length on, four characters give nothing away."""


def variable_place(name: str) -> str:
    """What people call an environment variable as the place of a secret."""
    return f"the environment variable {name}"


class Secret:
    """A credential and where it came from; only `reveal()` gives the value away.

    `identity` stands for whose it is where the value is another one from time to time, as that of a login is.
    """

    __slots__ = ("_value", "identity", "origin")

    def __init__(self, value: str, origin: str, identity: str | None = None) -> None:
        self._value = value
        self.origin = origin
        self.identity = identity

    def reveal(self) -> str:
        """The value itself."""
        return self._value

    @property
    def tail(self) -> str:
        """The last four characters, for people who have several; nothing of a short one."""
        return f"…{self._value[-4:]}" if len(self._value) >= LONG else "…"

    def __repr__(self) -> str:
        return f"Secret(*** from {self.origin})"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("a Secret is not pickled")
