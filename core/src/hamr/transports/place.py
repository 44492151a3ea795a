"""Where a call goes, worked out once for each URL."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hamr.errors import ConfigError
from hamr.transports.proxies import proxy_for

if TYPE_CHECKING:
    from hamr.transports.proxies import Proxy

PLAIN = re.compile(
    r"(https?)://([A-Za-z0-9.-]+|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?"
    r"(/(?:[!$&-;=@-Z_a-z~]|%[0-9A-Fa-f]{2})*)?(\?(?:[!$&-;=?-Z_a-z~]|%[0-9A-Fa-f]{2})*)?"
)
"""What is HTTP's as it stands, without the 15 ms that importing a reader of all URLs takes."""
PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Place:
    """A URL taken apart, and how to get there.

    `address` is the host as the system looks it up, `host` the value of the Host header, `target` what stands in the
    request line; `name` is host and port, as errors show it.
    """

    scheme: str
    address: str
    port: int
    target: bytes
    host: str
    proxy: Proxy | None = None

    @property
    def name(self) -> str:
        """Host and port."""
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"

    @property
    def peer(self) -> str:
        """Whom the connection is made to."""
        return f"the proxy {self.proxy.name}" if self.proxy else self.name


def place(url: str) -> Place:
    """The place that a URL names; raises ConfigError for one that is none."""
    found = PLAIN.fullmatch(url) or PLAIN.fullmatch(_plain(url))
    if found is None:
        raise _no_url("cannot be read")
    scheme, host, port, path, query = found.groups()
    target = (path or "/") + (query or "")
    number = int(port) if port else PORTS[scheme]
    if not 0 < number < 65536:
        raise _no_url("names a port that there is not")
    # The Host header says the port where it is not the scheme's own (RFC 9110, 7.2).
    named = host if number == PORTS[scheme] else f"{host}:{number}"
    return Place(scheme, host.strip("[]"), number, target.encode(), named, proxy_for(scheme, f"{host}:{number}"))


def _plain(url: str) -> str:
    """An unusual URL as HTTP writes it: a name that is not ASCII, blanks in the path. Raises ConfigError."""
    import httpx2

    try:
        parsed = httpx2.URL(url)
    except httpx2.InvalidURL:
        parsed = httpx2.URL()
    # Raised outside the handler: InvalidURL quotes a piece of the URL, which may hold a key.
    if parsed.scheme not in ("http", "https") or not parsed.host:
        what = f"begins with {parsed.scheme}:" if parsed.scheme else "has no scheme or cannot be read"
        raise _no_url(f"{what}, instead of http: or https: and a host")
    return f"{parsed.scheme}://{parsed.netloc.decode()}{parsed.raw_path.decode()}"


def _no_url(why: str) -> ConfigError:
    return ConfigError(f"the URL of the call {why}", hint="Check the base URL.")
