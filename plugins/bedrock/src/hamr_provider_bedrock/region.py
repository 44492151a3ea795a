"""Which region is asked, and its hosts."""

from __future__ import annotations

import re

from hamr.api import ConfigError

_NAME = re.compile(r"[a-z0-9-]{1,40}")
_OPEN = re.compile(r"(?<=^https://)(bedrock(?:-runtime)?)\.amazonaws\.com(?=/)")
# Where regions stand apart (botocore 1.44, endpoints.json).
_SUFFIXES = {
    "cn-": "amazonaws.com.cn",
    "eusc-": "amazonaws.eu",
    "us-iso-": "c2s.ic.gov",
    "us-isob-": "sc2s.sgov.gov",
}


def checked(region: str, place: str) -> str:
    """The region, which goes into the name of a host; raises ConfigError."""
    if not _NAME.fullmatch(region):
        raise ConfigError(f"{place}: {region!r} is no AWS region", hint="Write it as us-east-1.")
    return region


def is_open(url: str) -> bool:
    """Whether the host in a URL still lacks its region: that of another address is taken as it stands."""
    return _OPEN.search(url) is not None


def at_region(url: str, region: str) -> str:
    """The URL with the region in its host."""
    suffix = next((suffix for prefix, suffix in _SUFFIXES.items() if region.startswith(prefix)), "amazonaws.com")
    return _OPEN.sub(rf"\1.{region}.{suffix}", url)
