"""Where a model is asked: its id in a path, its region in a host, and whose it is."""

from __future__ import annotations

import re

from hamr.api import ConfigError
from hamr_provider_bedrock.compat import TABLES

_REGION = re.compile(r"[a-z0-9-]{1,40}")
_OPEN = re.compile(r"(?<=^https://)(bedrock(?:-runtime)?)\.amazonaws\.com(?=/)")


def region_of(id: str) -> str | None:
    """The region of an ARN, which counts before the one that is configured."""
    parts = id.split(":")
    return parts[3] or None if parts[0] == "arn" and len(parts) > 5 else None


def base_id(id: str) -> str | None:
    """The id of the model behind a profile; None where the profile hides it, as one of the user's own does."""
    name = id.rpartition("/")[2] if id.startswith("arn:") else id
    place, dot, rest = name.partition(".")
    return None if not dot else rest if place in TABLES["profiles"]["places"] else name


def vendor(id: str) -> str | None:
    """Who made the model, such as `anthropic`: its signatures are read by nobody else."""
    return (base_id(id) or "").partition(".")[0] or None


def checked(region: str, place: str) -> str:
    """The region, which goes into the name of a host; raises ConfigError."""
    if not _REGION.fullmatch(region):
        raise ConfigError(f"{place}: {region!r} is no AWS region", hint="Write it as us-east-1.")
    return region


def is_open(url: str) -> bool:
    """Whether the host in a URL still lacks its region: that of another address is taken as it stands."""
    return _OPEN.search(url) is not None


def at_region(url: str, region: str) -> str:
    """The URL with the region in its host."""
    found = (suffix for prefix, suffix in TABLES["region_suffixes"].items() if region.startswith(prefix))
    return _OPEN.sub(rf"\1.{region}.{next(found, 'amazonaws.com')}", url)
