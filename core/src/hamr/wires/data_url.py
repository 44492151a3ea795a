"""Bytes as data URLs, and back."""

from __future__ import annotations

import base64


def data_url(data: bytes, media_type: str) -> str:
    """Bytes as a data URL."""
    return f"data:{media_type};base64,{base64.b64encode(data).decode()}"


def split_data_url(url: str) -> tuple[str | None, bytes | None]:
    """Media type and bytes of a data URL in base64; two times None for any other URL."""
    head, comma, data = url.partition(",")
    if not (head.startswith("data:") and comma and head.endswith(";base64")):
        return None, None
    try:
        return head[5:].removesuffix(";base64") or None, base64.b64decode(data, validate=True)
    except ValueError:
        return None, None
