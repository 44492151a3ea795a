"""What a model gave, sent back to it as it came; and to no other."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from hamr.wires.gemini.name import NAME
from hamr.wires.made_id import made_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hamr.types import Extra
    from hamr.wires.told import Told

MADE = "made_id"
"""Marks a call whose id was made here, for the model gave none: it goes back without one."""
ISSUER = "issuer"
"""Names who gave the opaque data of a part."""
BESIDE = ("thoughtSignature", "videoMetadata", "mediaResolution")
"""What stands beside the content of a part, and goes back with it."""

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""Ids that every server of this wire takes (pi-ai 1.5.2, api/google-shared, 2026-11)."""
_GIVEN = frozenset({"thoughtSignature", "part"})
"""What only its giver takes back; all else is the user's to say."""


class Replay:
    """Knows whose opaque data this model takes."""

    def __init__(self, issuer: str, told: Told) -> None:
        self._issuer, self._told = issuer, told

    def own(self, extra: Extra | None, where: str) -> Mapping[str, Any]:
        """The opaque data of this wire; what another model gave is dropped, and told.

        A signature is checked by the model that reads it, and a foreign one refused ("Thought signatures",
        ai.google.dev, 2026-11).
        """
        if not extra:
            return {}
        own = self._told.own(extra, where)
        if not own:
            return own
        issuer = own.get(ISSUER, self._issuer)
        kept = {name: value for name, value in own.items() if name != ISSUER}
        if issuer == self._issuer:
            return kept
        for name in _GIVEN & kept.keys():
            self._told("dropped", f"{where}.extra['gemini'][{name!r}]", f"it belongs to {issuer}")
        return {name: value for name, value in kept.items() if name not in _GIVEN}

    def is_own(self, extra: Extra | None) -> bool:
        """Whether this model, or whoever speaks to us in its wire, gave a part."""
        own = extra.get(NAME) if extra else None
        return isinstance(own, dict) and own.get(ISSUER, self._issuer) == self._issuer

    def call_id(self, id: str) -> str:
        """The id itself where it is taken, else one made out of it."""
        if is_fitting(id):
            return id
        self._told("changed", "tool_call.id", "this wire takes at most 64 of A-Z a-z 0-9 _ -")
        return f"call_{made_id(id)}"


def is_fitting(id: str) -> bool:
    """Whether an id of a call is taken as it is."""
    return _ID.fullmatch(id) is not None


def beside(own: Mapping[str, Any]) -> dict[str, Any]:
    """What is written beside the content of a part."""
    return {name: own[name] for name in BESIDE if name in own}
