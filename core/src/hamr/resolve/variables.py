"""What the environment says of providers and models."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

PROVIDER = ("HAMR_LLM_PROVIDER", "HARN_LLM_PROVIDER")
MODEL = ("HAMR_LLM_MODEL", "HARN_LLM_MODEL")
EMBED = ("HAMR_EMBED_MODEL",)
DEFAULT = ("HAMR_DEFAULT_PROVIDER", "HARN_DEFAULT_PROVIDER")
AUTO = "auto"
"""For a provider: find it out from the name of the model."""


class Said(NamedTuple):
    """What somebody says, and where."""

    value: str
    origin: str


def said(environ: Mapping[str, str], names: Iterable[str]) -> Said | None:
    """The first of these variables that is set."""
    for name in names:
        if value := environ.get(name, "").strip():
            return Said(value, f"the environment variable {name}")
    return None
