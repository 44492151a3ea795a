"""What a response says of the request that it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.wires.openai_responses.answer_format import answer_format
from hamr.wires.openai_responses.compat import Compat
from hamr.wires.openai_responses.name import NAME
from hamr.wires.openai_responses.thinking_request import thinking_fields
from hamr.wires.openai_responses.tools import choice_field, tool_list
from hamr.wires.told import Told

if TYPE_CHECKING:
    from hamr.types import Request

_OPTIONS = (
    *("instructions", "previous_response_id", "truncation", "background", "max_tool_calls", "conversation"),
    *("prompt", "safety_identifier", "prompt_cache_options", "prompt_cache_retention"),
)


def echo(asked: Request) -> dict[str, Any]:
    """The fields of a response that repeat those of the request."""
    compat, told = Compat(), Told(NAME)
    tools = asked.options.get("tools")
    chosen = None if asked.tool_choice is None else choice_field(asked.tool_choice, compat, told)
    text, _ = answer_format(asked, compat, told)
    optional = {
        "reasoning": thinking_fields(asked.thinking, compat, told) or asked.options.get("reasoning"),
        "max_output_tokens": asked.max_tokens,
        "top_logprobs": asked.logprobs,
        "store": asked.store,
        "service_tier": asked.service_tier,
        "user": asked.user,
        "prompt_cache_key": asked.cache_key,
        "text": text or asked.options.get("text"),
        **{name: asked.options.get(name) for name in _OPTIONS},
    }
    return {
        "instructions": None,
        "parallel_tool_calls": asked.parallel_tool_calls is not False,
        "temperature": asked.temperature,
        "tool_choice": chosen or asked.options.get("tool_choice") or "auto",
        "tools": [*tool_list(asked.tools, compat, told), *(tools if isinstance(tools, list) else ())],
        "top_p": asked.top_p,
        "metadata": dict(asked.metadata or {}),
        **{name: value for name, value in optional.items() if value is not None},
    }
