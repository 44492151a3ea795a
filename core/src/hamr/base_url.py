"""What a base URL must look like, with the parameters that may stand in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from hamr.errors import ConfigError

# What nearly all are: for these nothing need be imported, which every list of providers would pay for.
_COMMON = re.compile(r"https?://(\{[a-z_]+\}|[A-Za-z0-9.-])+(:[0-9]{1,4})?(/[A-Za-z0-9._~{}-]+)*")
_NAME = re.compile(r"\{([a-z_]+)\}")
# Names that lead nowhere in public (RFC 2606, RFC 6761, RFC 6762, RFC 8375), and those that people use at home.
_OWN = frozenset({"arpa", "home", "internal", "invalid", "lan", "local", "localhost", "test"})
_PLAIN = re.compile(r"[A-Za-z0-9._~:-]+")


def check(url: str, place: str) -> str:
    """The URL without white space and trailing slashes; raises ConfigError, naming `place`, where it is none.

    Credentials in it are refused, for a URL is shown in errors and logs.
    """
    url = url.strip().rstrip("/")
    if _COMMON.fullmatch(url):
        return url
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
        port_is_number = parts.port is None or parts.port >= 0
    except ValueError as error:
        raise ConfigError(f"{place}: not a URL: {error}", hint="Write it as https://host/path.") from error
    if parts.username is not None or parts.password is not None:
        raise ConfigError(
            f"{place}: a user name or password stands in the URL", hint="Keep it out of the URL; use a key variable."
        )
    if parts.scheme not in ("http", "https") or not parts.hostname or not port_is_number:
        raise ConfigError(f"{place}: {url!r} is no http(s) URL", hint="Write it as https://host/path.")
    if parts.query or parts.fragment:
        bare = re.split("[?#]", url)[0]  # what follows may hold a key
        raise ConfigError(f"{place}: {bare!r} has a query or fragment", hint="End the base URL before ? or #.")
    return url


def is_at(url: str, host: str) -> bool:
    """Whether a URL, with or without a scheme, is at this host or at one below it; what is none is at none."""
    from urllib.parse import urlsplit

    try:
        found = urlsplit(url if "://" in url else f"//{url}").hostname or ""
    except ValueError:
        return False
    return found == host or found.endswith(f".{host}")


@lru_cache(maxsize=64)  # asked once a call, and of few URLs
def is_own(url: str) -> bool:
    """Whether the host is this machine or one of a network of one's own, as far as its name or address says."""
    from urllib.parse import urlsplit

    host = urlsplit(url).hostname or ""
    if "." not in host and ":" not in host:
        return True
    if host.rpartition(".")[2] in _OWN:
        return True
    from ipaddress import ip_address

    try:
        return ip_address(host).is_private
    except ValueError:  # a name
        return False


def names(url: str) -> tuple[str, ...]:
    """The parameters whose `{name}` stands in a URL."""
    return tuple(_NAME.findall(url)) if "{" in url else ()


def filled(url: str, parameters: Mapping[str, str]) -> str:
    """The URL with each parameter that is known in its place; raises ConfigError for one that no URL can hold."""
    for name in names(url):
        value = parameters.get(name)
        if value is None:
            continue
        if not _PLAIN.fullmatch(value):
            raise ConfigError(
                f"the parameter {name} is {value!r}, which cannot stand in a URL",
                hint="It may hold letters, digits and . _ ~ : - alone.",
            )
        url = url.replace(f"{{{name}}}", value)
    return url


def of_host(text: str, port: int, place: str) -> str:
    """The base URL for what names a server of this machine: `host`, `host:port`, or a URL; raises ConfigError.

    `port` counts where neither port nor scheme is there. An address that a server listens at on all sides is reached
    at the loopback. It is how Ollama reads OLLAMA_HOST (ollama/ollama, envconfig/config.go, 2026-08).
    """
    text = text.strip().strip("\"'")
    scheme, separator, rest = text.partition("://")
    if not separator:
        scheme, rest = "http", text
    rest, slash, folder = rest.partition("/")
    if "@" in rest:  # a credential, which `check` refuses without showing it
        return check(f"{scheme}://{rest}", place)
    host, own = _split_port(rest)
    if own and not own.isdecimal():
        raise ConfigError(f"{place}: there is no number behind the host's colon", hint="Write it as host:port.")
    host = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "[::]": "[::1]"}.get(host, host)  # noqa: S104  # bound by others
    own = own or ("" if separator else str(port))
    return f"{scheme}://{host}{':' if own else ''}{own}{slash}{folder}"


def _split_port(text: str) -> tuple[str, str]:
    """Host and port; an address of IPv6 may stand without its brackets where no port follows."""
    if text.startswith("["):
        host, bracket, rest = text.partition("]")
        return host + bracket, rest.removeprefix(":")
    if text.count(":") > 1:
        return f"[{text}]", ""
    host, _, port = text.partition(":")
    return host, port
