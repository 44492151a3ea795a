"""What a base URL must look like, with the parameters that may stand in it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from hamr.errors import ConfigError

# What nearly all are: for these nothing need be imported, which every list of providers would pay for.
_COMMON = re.compile(r"https?://(\{[a-z_]+\}|[A-Za-z0-9.-])+(:[0-9]{1,4})?(/[A-Za-z0-9._~{}-]+)*")
_NAME = re.compile(r"\{([a-z_]+)\}")
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
        raise ConfigError(f"{place}: {url!r} has a query or fragment", hint="End the base URL before ? or #.")
    return url


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
