"""The server halves of the wires, each imported when it is first used."""

from __future__ import annotations

import importlib
from functools import cache
from typing import TYPE_CHECKING

from hamr.errors import ConfigError
from hamr.plugins.discover import Plugins

if TYPE_CHECKING:
    from hamr.specs import Dialect

SHARED = {
    "anthropic-messages": "hamr.wires.anthropic_messages.dialect:AnthropicMessagesDialect",
    "openai-completions": "hamr.wires.openai_completions.dialect:OpenAICompletionsDialect",
    "openai-responses": "hamr.wires.openai_responses.dialect:OpenAIResponsesDialect",
    "gemini": "hamr.wires.gemini.dialect:GeminiDialect",
}
"""Those of the core; a plugin adds its own under the entry-point group `hamr.dialects`."""


def dialects() -> tuple[str, ...]:
    """The wires that can be served: the core's, then those of installed plugins."""
    return (*SHARED, *(name for name in Plugins().dialects if name not in SHARED))


@cache
def dialect(name: str) -> Dialect:
    """The server half of this wire; raises ConfigError where no wire of that name can be served."""
    if (place := SHARED.get(name)) is not None:
        module, _, attribute = place.partition(":")
        shared: Dialect = getattr(importlib.import_module(module), attribute)()
        return shared
    plugins = Plugins()
    if name not in plugins.dialects:
        raise ConfigError(f"no wire {name!r} can be served", hint=f"There are {', '.join(dialects())}.")
    return plugins.load_dialect(name)
