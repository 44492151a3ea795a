"""OpenAI's Responses API, both halves."""

from hamr.wires.openai_responses.name import NAME
from hamr.wires.openai_responses.wire import OpenAIResponses

__all__ = ["NAME", "OpenAIResponses"]
