"""The server halves of the shared wires, each imported when it is first used."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from hamr.errors import ConfigError

if TYPE_CHECKING:
    from hamr.specs import Dialect

DIALECTS = {"openai-completions": "hamr.wires.openai_completions.dialect:OpenAICompletionsDialect"}


def dialect(name: str) -> Dialect:
    """The server half of this wire; raises ConfigError where the core knows none of that name."""
    if (place := DIALECTS.get(name)) is None:
        raise ConfigError(f"no wire {name!r} can be served", hint=f"The core serves {', '.join(DIALECTS)}.")
    module, _, attribute = place.partition(":")
    found: Dialect = getattr(importlib.import_module(module), attribute)()
    return found
