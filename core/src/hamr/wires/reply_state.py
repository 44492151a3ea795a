"""What every wire's reading of a reply begins with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hamr.types import Failed

if TYPE_CHECKING:
    from hamr.errors import CallError
    from hamr.types import Event


class ReplyState:
    """`over` once the last event has been given; what happens goes to the end of `out`."""

    __slots__ = ("over",)

    def __init__(self) -> None:
        self.over = False

    def fail(self, error: CallError, out: list[Event]) -> None:
        """The last event: the reply says that it failed, or makes no sense."""
        self.over = True
        out.append(Failed(error))
