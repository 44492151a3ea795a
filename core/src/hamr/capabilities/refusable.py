"""Whether what is known of a model can matter to a request: nothing is read for most."""

from __future__ import annotations

from hamr.types import Message, Request, Text


def may_be_refused(request: Request) -> bool:
    """Whether it has anything that some models do not take; most have not, and nothing is read for them."""
    return not (
        request.temperature is None
        and request.top_p is None
        and request.top_k is None
        and request.seed is None
        and request.thinking is None
        and request.max_tokens is None
        and request.frequency_penalty is None
        and request.presence_penalty is None
        and request.response_format is None
        and not request.tools
        and all(message.role == "assistant" or not _has_more(message) for message in request.messages)
        and not (request.messages and request.messages[-1].role == "assistant")
    )


def _has_more(message: Message) -> bool:
    """Whether there is anything in it but text."""
    return any(type(part) is not Text for part in message.parts)
