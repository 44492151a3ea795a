"""What a token says of itself. Its signature is not looked at: whoever it is for does that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def claims(token: str | None) -> Mapping[str, Any]:
    """The claims of a JSON Web Token (RFC 7519); none where it is something else."""
    import base64
    import binascii
    import json

    parts = (token or "").split(".")
    if len(parts) != 3:
        return {}
    try:
        found = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (binascii.Error, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def expiry(token: str | None) -> float | None:
    """When it ends, in seconds since 1970, where it says so."""
    value = claims(token).get("exp")
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def claim(token: str | None, path: Sequence[str]) -> str | None:
    """The text at the end of a path through its claims, where there is one."""
    found: Any = claims(token)
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, str) and found else None
