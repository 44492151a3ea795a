"""`models.json`: the user's own providers and models, as Hamr has them (inventory H-30 to H-51)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hamr.config import jsonc
from hamr.config.entries import Reading
from hamr.config.layer import Layer, Problem

SHAPE = '{"providers": {"<name>": {"baseUrl": ..., "api": ..., "apiKey": ...}}}'


def layer(text: str, place: str) -> Layer:
    """What the file says; what is wrong in it is among the problems, and the rest counts."""
    try:
        stored: Any = jsonc.loads(text) if text.strip() else {}
    except ValueError as error:
        return Layer(place, problems=(Problem(place, "", str(error)),))
    reading = Reading(place)
    if not isinstance(stored, Mapping):
        reading.problem("", f"it must hold {SHAPE}")
        return reading.layer()
    for name in stored:
        if name not in ("providers", "$schema"):
            reading.problem(str(name), "unknown field (known: providers)")
    reading.providers(stored.get("providers", {}), "providers")
    return reading.layer()
