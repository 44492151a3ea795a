"""How one model, or one server, differs from another, as flags in data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hamr.wirekit import LEVELS, Flags


@dataclass(frozen=True, slots=True)
class Compat(Flags):
    """The quirks of one model; set under `compat`, and again by a rule for some of the models."""

    num_ctx: int | None = None
    """The context that the model is loaded with, where the user's own variable says nothing."""
    runs_here: bool = True
    """Else it is loaded elsewhere, and neither `num_ctx` nor `keep_alive` is sent."""
    thinking_levels: tuple[str, ...] = field(default=(), metadata={"one_of": LEVELS})
    """The levels that the model takes; without any, its thinking is on or off."""
    body: Mapping[str, Any] = field(default_factory=dict)
    """Fields that every conversation carries."""
    embed_body: Mapping[str, Any] = field(default_factory=dict)
    """Fields that every call for vectors carries."""
    max_embedding_inputs: int | None = 512
    """The most inputs of one call; more are sent in several."""
