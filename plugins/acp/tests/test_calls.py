"""Calls to agents, from the launch to the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hamr import Hamr
from hamr_testkit.colours import Colour

if TYPE_CHECKING:
    from conftest import Agents


def test_a_prompt_is_answered(colour: Colour, client: Hamr, agents: Agents) -> None:
    """N-181: launch, initialize, session/new, session/prompt, and the chunks of the answer."""
    response = colour.call(client, "hello", "acp/fake", **agents.options("echo"))
    assert (response.text, response.finish_reason) == ("you said 1: hello", "stop")
    methods = [each.get("method") for each in agents.sent("echo")]
    assert methods == ["initialize", "session/new", "session/prompt"]
