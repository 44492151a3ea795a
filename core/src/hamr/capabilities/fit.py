"""A request less what the model does not take."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hamr.types import Adaptation, Request

if TYPE_CHECKING:
    from hamr.capabilities.matrix import Known

FIELDS = {
    "temperature": "temperature_supported",
    "top_p": "top_p_supported",
    "top_k": "top_k_supported",
    "seed": "seed_supported",
    "frequency_penalty": "frequency_penalty_supported",
    "presence_penalty": "presence_penalty_supported",
    "thinking": "thinking",
}
"""A field of a request, and what must not be "no" for it to be sent."""


def fitted(request: Request, known: Known) -> tuple[Request, tuple[Adaptation, ...]]:
    """The request without the fields of which the matrix says no, and what was left out; unknown is not no (M-32)."""
    refused = [
        name
        for name, capability in FIELDS.items()
        if getattr(request, name) is not None and getattr(known.capabilities, capability) is False
    ]
    if request.thinking is not None and request.thinking.level == "off" and "thinking" in refused:
        refused.remove("thinking")  # what cannot think is off already, and the wire says nothing for it
    if not refused:
        return request, ()
    places = " and ".join(dict.fromkeys(place for _, place in known.rules)) or "the defaults of its provider"
    told = tuple(Adaptation("dropped", name, f"the model does not take it, says {places}") for name in refused)
    without: dict[str, Any] = dict.fromkeys(refused)
    return replace(request, **without), told
