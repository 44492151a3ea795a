"""Anthropic's Messages API, both halves."""

from hamr.wires.anthropic_messages.name import NAME
from hamr.wires.anthropic_messages.wire import AnthropicMessages

__all__ = ["NAME", "AnthropicMessages"]
