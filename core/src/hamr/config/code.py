"""What a program says of providers and models, as a file would."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hamr.config import providers_toml
from hamr.config.layer import Layer
from hamr.errors import ConfigError

PLACE = "what was configured in code"
HINT = "docs/configuration.md lists the fields."


def layer(said: str | Mapping[str, Any]) -> Layer:
    """The layer of TOML or of its tables; raises ConfigError naming all that is awry."""
    if not isinstance(said, str | Mapping):
        raise ConfigError(f"{PLACE}: it must be TOML or a mapping", hint=HINT)
    made = providers_toml.layer(said, PLACE) if isinstance(said, str) else providers_toml.of_tables(said, PLACE)
    if made.problems:
        raise ConfigError("; ".join(map(str, made.problems)), hint=HINT)
    return made
