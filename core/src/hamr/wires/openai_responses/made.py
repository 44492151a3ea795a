"""What this half of the wire makes up for a client, and knows again when it comes back."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from hamr.wires.made_id import made_id

if TYPE_CHECKING:
    from hamr.types import Extra

_MADE = "_hamr"
"""Stands in every id that was made here, behind the short word for the kind of item."""
_SEAL = "hamr."
"""The beginning of a ciphertext that holds another wire's opaque data, and is none."""


def item_id(kind: str, seed: str) -> str:
    """An id for an item that has none."""
    return f"{kind}{_MADE}{made_id(seed)}"


def is_made(id: Any) -> bool:
    """Whether it is one of those."""
    return isinstance(id, str) and _MADE in id


def sealed(extra: Extra | None) -> str | None:
    """The opaque data of other wires as a text that a client keeps unread and sends back; None where there is none."""
    from pydantic_core import to_json

    return f"{_SEAL}{base64.b64encode(to_json(extra)).decode()}" if extra else None


def unsealed(text: Any) -> Extra | None:
    """What such a text holds; None for the ciphertext of a provider."""
    from pydantic_core import from_json

    if not isinstance(text, str) or not text.startswith(_SEAL):
        return None
    try:
        value = from_json(base64.b64decode(text.removeprefix(_SEAL), validate=True))
    except ValueError:  # not ours after all
        return None
    return value if isinstance(value, dict) else None
