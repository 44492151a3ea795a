"""What all parts of one encoding share."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hamr.wires.anthropic_messages.cache_marks import CacheMarks
from hamr.wires.made_id import made_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hamr.types import Extra
    from hamr.wires.anthropic_messages.compat import Compat
    from hamr.wires.told import Told

# Anthropic API reference, "Messages", `tool_use.id`, 2026-11; some servers that copy the wire take no more than 64.
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(slots=True)
class Writing:
    """One request on its way to a body: the flags, what was told, the cache marks, and the features that it needs."""

    compat: Compat
    issuer: str
    told: Told
    marks: CacheMarks = field(init=False)
    features: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.marks = CacheMarks(self.compat, self.told)

    def own(self, extra: Extra | None, where: str) -> Mapping[str, Any]:
        """The opaque data of this provider's own; that of another is dropped, and told (pain 22)."""
        if not extra:
            return {}
        own = self.told.own(extra, where)
        issuer = own.get("issuer")
        if issuer is None:
            return own
        if issuer != self.issuer:
            self.told("dropped", f"{where}.extra", f"it belongs to {issuer}")
            return {}
        return {name: value for name, value in own.items() if name != "issuer"}

    def call_id(self, id: str) -> str:
        """The id itself where it is taken, else one made out of it (pain 24)."""
        if _ID.fullmatch(id):
            return id
        self.told("changed", "tool_call.id", "this wire takes at most 64 of A-Z a-z 0-9 _ -")
        return f"toolu_{made_id(id)}"
