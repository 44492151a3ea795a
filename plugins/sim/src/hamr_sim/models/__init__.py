"""The models by name: what each says, and how it says it where the request does not wish otherwise."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hamr_sim.manner import FAULTS

if TYPE_CHECKING:
    from hamr.api import Request
    from hamr_sim.turn import Turn


@dataclass(frozen=True, slots=True)
class Model:
    """A model: the module of this package that speaks for it, and its own `sim` fields."""

    voice: str
    sim: Mapping[str, Any]

    def speak(self, request: Request) -> Turn:
        """What it says to this."""
        turn: Turn = importlib.import_module(f"{__name__}.{self.voice}").speak(request)
        return turn


SCRIPT = "script"
"""The one model that does not speak for itself: the server's script does."""

_FAULTY: Mapping[str, Mapping[str, Any]] = {
    "429": {"retry_after": 1},
    "endless": {"pace": 0.01},
    "hang": {"after": 0},
}

MODELS: Mapping[str, Model] = {
    "echo": Model("echo", {}),
    "tools": Model("tools", {}),
    "structured": Model("structured", {}),
    "thinking": Model("thinking", {}),
    "slow": Model("echo", {"pace": 0.2}),
    **{name: Model("echo", {"fault": name, **_FAULTY.get(name, {})}) for name in FAULTS},
}

EMBED = "embed"
"""The one model that makes vectors."""

NAMES = (SCRIPT, *MODELS, EMBED)
"""All names, as a list of models gives them."""
