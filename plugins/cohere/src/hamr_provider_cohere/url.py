"""Where each thing is asked for."""

from __future__ import annotations

_TAILS = ("/compatibility/v1", "/v2/chat", "/v2", "/v1")


def api_url(base_url: str, path: str) -> str:
    """The URL of a path such as `/v2/chat`, for a base URL with or without the tail of one."""
    base = base_url.rstrip("/")
    tail = next((tail for tail in _TAILS if base.endswith(tail)), "")
    return f"{base.removesuffix(tail)}{path}"
