"""The name of this wire, what Amazon's documentation lists (`tables.toml`), and how the models differ, as flags."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

from hamr.wirekit import Flags

NAME = "bedrock-converse"
TABLES: dict[str, Any] = tomllib.loads(files("hamr_provider_bedrock").joinpath("tables.toml").read_text("utf-8"))


@dataclass(frozen=True, slots=True)
class Compat(Flags):
    """The quirks of one model; the defaults suit one of which nothing is known."""

    unsupported: tuple[str, ...] = ()
    """Fields of `inferenceConfig` that the model refuses: left out, and told."""
    top_k_field: str | None = None
    """Where `top_k` stands within `additionalModelRequestFields`, as a path with dots; without one it is left out."""
    thinking_on: Mapping[str, Any] = field(default_factory=dict)
    """What goes into `additionalModelRequestFields` so that the model thinks, `{level}` or `{tokens}` filled in."""
    thinking_off: Mapping[str, Any] = field(default_factory=dict)
    """What goes there so that it does not."""
    thinking_in_tokens: bool = False
    """The model takes a budget, which counts as part of its answer."""
    thinking_levels: tuple[str, ...] | None = None
    """The levels that the model takes; others are moved to the next one up, else down. None: all of them."""
    thinking_needs_signature: bool = False
    """Thinking goes back only with its signature."""
    supports_json_schema: bool = True
    """Else the schema is put into the prompt."""
    supports_strict_mode: bool = True
    supports_forced_tools: bool = True
    """The model may be told that it must call a tool."""
    supports_cache_points: bool = True
    supports_long_cache: bool = True
    """A cache may last an hour."""
    unsupported_schema_keywords: tuple[str, ...] = ()
