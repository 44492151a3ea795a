"""The record of what an encoding changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from hamr.types import Adaptation

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hamr.types import Extra

_UNSET = (None, ())
Kind = Literal["dropped", "renamed", "clamped", "injected", "emulated", "changed"]


class Told:
    """Every way in which the body differs from what was asked for, each told once, in order.

    `wire` is the one that is written: opaque data of another is dropped.
    """

    __slots__ = ("_all", "_wire")

    def __init__(self, wire: str) -> None:
        self._all: dict[Adaptation, None] = {}
        self._wire = wire

    def __call__(self, kind: Kind, field: str, why: str) -> None:
        """Tell of one."""
        self._all[Adaptation(kind, field, why)] = None

    @property
    def all(self) -> tuple[Adaptation, ...]:
        """All that was told."""
        return tuple(self._all)

    def lacking(self, what: object, names: Iterable[str], place: str = "") -> None:
        """Tell of each of these fields of a request or a part that is set: the wire has none of them."""
        for name in names:
            if getattr(what, name) not in _UNSET:
                self("dropped", f"{place}{name}", "this wire has no such field")

    def own(self, extra: Extra | None, place: str) -> Mapping[str, Any]:
        """The opaque data that is this wire's; that of other wires is dropped, and told."""
        if not extra:
            return {}
        for wire in extra:
            if wire != self._wire:
                self("dropped", f"{place}.extra[{wire!r}]", "it belongs to another wire")
        mine = extra.get(self._wire)
        return mine if isinstance(mine, dict) else {}


def own_of(extra: Extra | None, wire: str) -> dict[str, Any]:
    """The opaque data that is this wire's, a copy."""
    own = (extra or {}).get(wire)
    return dict(own) if isinstance(own, dict) else {}
