"""Which proxy a call goes through: what the environment says."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from hamr.errors import ConfigError

SCHEMES = frozenset({"http", "https", "socks5", "socks5h"})

LOOPBACK = ("localhost:", "127.", "[::1]:")


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy; `url` may hold a password and is never shown, `name` is its host and port."""

    url: str = field(repr=False)
    name: str


def proxy_for(scheme: str, name: str) -> Proxy | None:
    """The proxy for `name`, a host and port, or None; raises ConfigError for one that cannot be used.

    The rules are the standard library's: HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY, lower case first. But this
    machine itself is never asked for through a proxy, which would look for a model server on a machine of its own.
    """
    if not any(variable.lower().endswith("_proxy") for variable in os.environ) or name.startswith(LOOPBACK):
        return None
    # Costs some 20 ms to import, which nobody without a proxy has to pay.
    from urllib.request import getproxies_environment, proxy_bypass

    proxies = getproxies_environment()
    url = proxies.get(scheme) or proxies.get("all")
    if not url or proxy_bypass(name):
        return None
    return _read(url if "://" in url else f"http://{url}", scheme)


def _read(url: str, scheme: str) -> Proxy:
    error = ConfigError(
        f"the proxy in {scheme.upper()}_PROXY or ALL_PROXY cannot be used: not a URL of {', '.join(sorted(SCHEMES))}",
        hint="Write it as http://user:password@host:port, with every special character of the password as %XX.",
    )
    parts = urlsplit(url)
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    # Raised outside the handler: the ValueError quotes a piece of the URL, which may be one of the password.
    if not host or parts.scheme not in SCHEMES:
        raise error
    return Proxy(url, f"{host}:{port}" if port else host)
