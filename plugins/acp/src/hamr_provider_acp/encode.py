"""A request as what one call asks of an agent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hamr.api import ConfigError, Unsupported
from hamr.wirekit import Told, answer_instruction
from hamr_provider_acp import NAME
from hamr_provider_acp.agent import Agent, says_servers
from hamr_provider_acp.asked import Asked, Turn
from hamr_provider_acp.content import block

if TYPE_CHECKING:
    from hamr.api import Call, Message, Request, Route
    from hamr_provider_acp.agent import Compat

WITHOUT = (
    "parallel_tool_calls",
    "max_tokens",
    "temperature",
    "top_p",
    "top_k",
    "seed",
    "stop",
    "frequency_penalty",
    "presence_penalty",
    "logit_bias",
    "logprobs",
    "n",
    "verbosity",
    "service_tier",
    "store",
    "user",
    "metadata",
    "cache_key",
)
"""What the protocol has no word for: it is the agent that calls the model."""


def encode(request: Request, route: Route, compat: Compat) -> Call:
    """The call that asks for this; raises Unsupported or ConfigError."""
    told = Told(NAME)
    id = route.provider.id
    options = dict(request.options)
    own = options.pop(id, {})
    if not isinstance(own, Mapping):
        raise ConfigError(f"options[{id!r}] must be a table", hint="docs/acp.md lists what stands in it.")
    name, configured = compat.named(route.model.id, id)
    place = f"options[{id!r}]"
    agent = configured.overridden(own, place)
    if not agent.command:
        raise ConfigError(f"{id}: the agent {name} has no command", hint="Give it one in its table: command = ...")
    _tell_of_what_is_left_out(request, told)
    said = Agent().overridden(own, place)
    asked = replace(
        Asked.of(name, agent, tuple(_turn(message) for message in request.messages)),
        env=said.env,
        mcp_servers=tuple(server.table() for server in said.mcp_servers) if says_servers(own) else None,
        thought_level=_thought_level(request, told),
        instruction=_instruction(request, told),
        prompt=options,
    )
    return asked.call(told.all)


def _turn(message: Message) -> Turn:
    marks: list[Any] = [part.extra[NAME] for part in message.parts if part.extra and NAME in part.extra]
    return Turn(message.role, tuple(block(part) for part in message.parts), marks[-1] if marks else None)


def _tell_of_what_is_left_out(request: Request, told: Told) -> None:
    if request.tools:
        if request.tool_choice is not None and request.tool_choice.mode == "required":
            raise Unsupported("an ACP agent runs tools of its own, and calls none of the caller's")
        told("dropped", "tools", "an ACP agent runs tools of its own; give it others as mcp_servers")
    for name in WITHOUT:
        if getattr(request, name) not in (None, (), {}):
            told("dropped", name, "the protocol has no such field; the agent calls its model as it sees fit")
    for place, message in enumerate(request.messages):
        if message.name is not None:
            told("dropped", f"messages[{place}].name", "the protocol has no names")
        for index, part in enumerate(message.parts):
            if getattr(part, "cache", None):
                told("dropped", f"messages[{place}].parts[{index}].cache", "the agent caches as it sees fit")
            told.own(part.extra, f"messages[{place}].parts[{index}]")


def _thought_level(request: Request, told: Told) -> str | None:
    thinking = request.thinking
    if thinking is None:
        return None
    if thinking.tokens is not None:
        told("dropped", "thinking.tokens", "an agent offers levels of thinking, and no budget")
    return thinking.level


def _instruction(request: Request, told: Told) -> str:
    if request.response_format is None:
        return ""
    told("emulated", "response_format", "the protocol has no such field; it stands in the prompt")
    return answer_instruction(request.response_format)
