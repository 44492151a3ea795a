"""What this wire is called, and what Amazon's documentation lists, as data: `tables.toml`."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any

NAME = "bedrock-converse"
TABLES: dict[str, Any] = tomllib.loads(files("hamr_provider_bedrock").joinpath("tables.toml").read_text("utf-8"))
