"""The wire of OpenAI's Chat Completions and of the many servers that copy it."""

from hamr.wires.openai_completions.name import NAME
from hamr.wires.openai_completions.wire import OpenAICompletions

__all__ = ["NAME", "OpenAICompletions"]
