"""Where a call goes, worked out once for each URL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hamr.transports.proxies import Proxy


@dataclass(frozen=True, slots=True)
class Place:
    """A URL as the HTTP library wants it, and how to get there.

    `host` is the value of the Host header; `name` is host and port, as errors show it.
    """

    url: Any
    scheme: str
    host: bytes
    name: str
    proxy: Proxy | None

    @property
    def peer(self) -> str:
        """Whom the connection is made to."""
        return f"the proxy {self.proxy.name}" if self.proxy else self.name
