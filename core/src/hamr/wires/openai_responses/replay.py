"""What the provider gave, sent back to it as it came; and to no other."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Any

from hamr.types import HostedTool
from hamr.wires.made_id import made_id
from hamr.wires.openai_responses.name import NAME

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hamr.types import Extra, Image, Thinking
    from hamr.wires.openai_responses.compat import Compat
    from hamr.wires.told import Told

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""Ids that every server of this wire takes (pi-ai 1.5.2, api/openai-responses-shared, 2026-11)."""


class Replay:
    """Knows whose opaque data this provider takes; `stored` where the server keeps what it has said."""

    def __init__(self, compat: Compat, issuer: str, told: Told, *, stored: bool) -> None:
        self._compat, self._issuer, self._told, self._stored = compat, issuer, told, stored
        self._calls: set[str] = set()

    def own(self, extra: Extra | None, where: str) -> Mapping[str, Any]:
        """The opaque data of this provider's own; that of another is dropped, and told.

        Ids of another provider are checked against what this one keeps, and refused.
        """
        own = self._told.own(extra, where)
        if own.get("issuer", self._issuer) != self._issuer:
            self._told("dropped", f"{where}.extra", f"it belongs to {own['issuer']}")
            return {name: own[name] for name in ("type", "phase") if name in own}
        return {name: value for name, value in own.items() if name != "issuer"}

    def call_id(self, id: str, extra: Extra | None = None) -> str:
        """The id itself where it is taken, as this provider takes its own, else one made out of it."""
        own = (extra or {}).get(NAME)
        if isinstance(own, dict) and own.get("issuer", self._issuer) == self._issuer:
            self._calls.add(id)
        if id in self._calls or _ID.fullmatch(id):
            return id
        self._told("changed", "tool_call.id", "this wire takes at most 64 of A-Z a-z 0-9 _ -")
        return f"call_{made_id(id)}"

    def thinking(self, part: Thinking, where: str) -> list[dict[str, Any]]:
        """The item that this thinking came in; none where it cannot go back."""
        item = self.own(part.extra, where).get("item")
        if not isinstance(item, dict):
            self._told("dropped", where, "this wire takes no thinking back but what it gave itself")
            return []
        if not item.get("encrypted_content") and not item.get("content") and not self._stored:
            self._told(
                "dropped", where, "what is not stored goes back with its ciphertext or its whole text, and has none"
            )
            return []
        return [item]

    def hosted(self, part: HostedTool | Image, where: str) -> list[dict[str, Any]]:
        """The item of a tool that the provider ran."""
        item = self.own(part.extra, where).get("item")
        if not isinstance(item, dict) or not self._compat.supports_hosted_items:
            self._told("dropped", where, "this provider takes it back only where it gave it itself")
            return []
        if not isinstance(part, HostedTool) and part.data is not None:
            item = {**item, "result": base64.b64encode(part.data).decode()}
        return [item]
