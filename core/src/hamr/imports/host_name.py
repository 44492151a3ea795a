"""A name for a provider that has none but its URL."""

from __future__ import annotations

import re
from urllib.parse import urlsplit


def host_name(url: str) -> str:
    """The host and port as a provider's id: `http://localhost:8000/v1` is `localhost-8000`."""
    try:
        place = urlsplit(url).netloc.rpartition("@")[2]
    except ValueError:
        place = ""
    return re.sub(r"[^a-z0-9]+", "-", (place or url).lower()).strip("-") or "server"
