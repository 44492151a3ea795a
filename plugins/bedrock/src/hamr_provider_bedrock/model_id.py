"""What the id of a model says: where it is, whose it is, and how it stands in a path."""

from __future__ import annotations

from urllib.parse import quote

# Prefixes of profiles that spread over regions ("Supported Regions and models for inference profiles",
# docs.aws.amazon.com, 2026-11).
_PLACES = frozenset({"us", "us-gov", "eu", "apac", "jp", "au", "ca", "sa", "global"})


def in_path(id: str) -> str:
    """The id as one segment of a path: an ARN's colons and slashes must not be taken for the path's own."""
    return quote(id, safe="")


def region_of(id: str) -> str | None:
    """The region of an ARN, which counts before the one that is configured."""
    parts = id.split(":")
    return parts[3] or None if parts[0] == "arn" and len(parts) > 5 else None


def base_id(id: str) -> str | None:
    """The id of the model behind a profile; None where the profile hides it, as one of the user's own does."""
    name = id.rpartition("/")[2] if id.startswith("arn:") else id
    place, dot, rest = name.partition(".")
    if not dot:
        return None
    return rest if place in _PLACES else name


def vendor(id: str) -> str | None:
    """Who made the model, such as `anthropic`: its signatures are read by nobody else."""
    base = base_id(id)
    return None if base is None else base.partition(".")[0]
