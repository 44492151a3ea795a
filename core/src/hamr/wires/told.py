"""The record of what an encoding changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from hamr.types import Adaptation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hamr.types import Extra

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

    def own(self, extra: Extra | None, place: str) -> Mapping[str, Any]:
        """The opaque data that is this wire's; that of other wires is dropped, and told."""
        if not extra:
            return {}
        for wire in extra:
            if wire != self._wire:
                self("dropped", f"{place}.extra[{wire!r}]", "it belongs to another wire")
        mine = extra.get(self._wire)
        return mine if isinstance(mine, dict) else {}
