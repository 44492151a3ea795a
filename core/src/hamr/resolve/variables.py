"""What the environment says of providers and models."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from hamr.variables import TABLE, first

PROVIDER = TABLE["provider"].names
MODEL = TABLE["model"].names
EMBED = TABLE["embed_model"].names
DEFAULT = TABLE["default_provider"].names
AUTO = "auto"
"""For a provider: find it out from the name of the model."""


class Said(NamedTuple):
    """What somebody says, and where."""

    value: str
    origin: str


def said(environ: Mapping[str, str], names: Iterable[str]) -> Said | None:
    """The first of these variables that is set."""
    name = first(environ, names)
    return None if name is None else Said(environ[name].strip(), f"the environment variable {name}")
