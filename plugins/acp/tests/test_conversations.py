"""Sessions are kept for their conversations, and agents for the next call."""

from __future__ import annotations

import asyncio
import os
import signal
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from hamr import Hamr
from hamr.api import Message, Response, Text
from hamr_testkit.colours import Colour

if TYPE_CHECKING:
    from plugins.acp.tests.conftest import Agents


def user(text: str) -> Message:
    return Message("user", (Text(text),))


def again(first: Response, *, asked: str = "one", then: str = "two") -> list[Message]:
    return [user(asked), first.message, user(then)]


def prompts(agents: Agents, manner: str) -> list[str]:
    return [each["prompt"][0]["text"] for each in agents.sent(manner, "session/prompt")]


def test_the_second_call_of_a_conversation_goes_to_its_session(colour: Colour, client: Hamr, agents: Agents) -> None:
    options = agents.options("echo")
    first = colour.call(client, "one", "acp/fake", **options)
    second = colour.call(client, again(first), "acp/fake", **options)
    assert second.text == "you said 2: two"
    assert second.id == first.id
    assert second.adaptations == ()
    assert prompts(agents, "echo") == ["one", "two"]
    assert len(agents.sent("echo", "initialize")) == 1


def test_messages_written_anew_are_the_same_conversation(client: Hamr, agents: Agents) -> None:
    options = agents.options("echo")
    first = client.call("one", "acp/fake", **options)
    turns = [user("one"), Message("assistant", (Text(first.text),)), user("two")]
    assert client.call(turns, "acp/fake", **options).text == "you said 2: two"


def test_both_colours_share_a_session(client: Hamr, agents: Agents) -> None:
    options = agents.options("echo")
    first = client.call("one", "acp/fake", **options)
    second = asyncio.run(client.acall(again(first), "acp/fake", **options))
    third = client.call([*again(first), second.message, user("three")], "acp/fake", **options)
    assert third.text == "you said 3: three"


def test_an_edited_answer_is_another_conversation(colour: Colour, client: Hamr, agents: Agents) -> None:
    options = agents.options("loads")
    first = colour.call(client, "one", "acp/fake", **options)
    edited = replace(first.message, parts=(Text("something else"),))
    second = colour.call(client, [user("one"), edited, user("two")], "acp/fake", **options)
    assert second.id != first.id
    assert second.text.startswith("you said 1: User:\none\n\nAssistant:\nsomething else")
    assert len(agents.sent("loads", "initialize")) == 1  # the agent itself is kept
    assert agents.sent("loads", "session/load") == []


def test_another_conversation_does_not_end_the_first(colour: Colour, client: Hamr, agents: Agents) -> None:
    options = agents.options("echo")
    first = colour.call(client, "one", "acp/fake", **options)
    colour.call(client, "other", "acp/fake", **options)
    assert colour.call(client, again(first), "acp/fake", **options).text == "you said 2: two"
    assert len(agents.sent("echo", "initialize")) == 1


def test_two_calls_from_the_same_place_get_a_session_each(colour: Colour, client: Hamr, agents: Agents) -> None:
    options = agents.options("echo")
    first = colour.call(client, "one", "acp/fake", **options)
    assert colour.call(client, again(first), "acp/fake", **options).text == "you said 2: two"
    assert "Assistant:" in colour.call(client, again(first, then="three"), "acp/fake", **options).text


def test_a_session_that_has_gone_on_is_not_brought_back(colour: Colour, client: Hamr, agents: Agents) -> None:
    """It holds what another call has said to it since."""
    options = agents.options("loads")
    first = colour.call(client, "one", "acp/fake", **options)
    colour.call(client, again(first), "acp/fake", **options)
    other = colour.call(client, again(first, then="three"), "acp/fake", **options)
    assert other.id != first.id
    assert agents.sent("loads", "session/load") == []


def test_calls_at_once_get_an_agent_each(client: Hamr, agents: Agents) -> None:
    async def both() -> list[Response]:
        calls = (client.acall(text, "acp/fake", **agents.options("echo")) for text in ("one", "two"))
        return await asyncio.gather(*calls)

    assert [each.text for each in asyncio.run(both())] == ["you said 1: one", "you said 1: two"]
    assert len(agents.sent("echo", "initialize")) == 2


@pytest.mark.parametrize(("manner", "method"), [("loads", "session/load"), ("resumes", "session/resume")])
def test_a_session_is_brought_back_by_another_agent(colour: Colour, agents: Agents, manner: str, method: str) -> None:
    options = agents.options(manner)
    with Hamr(environ={}) as client:
        first = colour.call(client, "one", "acp/fake", **options)
    with Hamr(environ={}) as client:
        second = colour.call(client, again(first), "acp/fake", **options)
    assert second.text == "you said 2: two"
    assert [each["sessionId"] for each in agents.sent(manner, method)] == [first.id]


def test_a_session_that_the_agent_has_forgotten_is_told_anew(colour: Colour, agents: Agents) -> None:
    options = agents.options("forgets")
    with Hamr(environ={}) as client:
        first = colour.call(client, "one", "acp/fake", **options)
    with Hamr(environ={}) as client:
        second = colour.call(client, again(first), "acp/fake", **options)
    assert "User:\none\n\nAssistant:\nyou said 1: one\n\nUser:\ntwo" in second.text
    assert any("could not bring back its session" in each.why for each in second.adaptations)


def test_an_agent_that_ended_meanwhile_is_replaced(colour: Colour, client: Hamr, agents: Agents) -> None:
    options = agents.options("echo")
    first = colour.call(client, "one", "acp/fake", **options)
    (pid,) = agents.pids("echo")
    os.kill(pid, signal.SIGKILL)
    assert agents.ended("echo")
    second = colour.call(client, again(first), "acp/fake", **options)
    assert second.text.startswith("you said 1: User:\none")


def test_a_request_between_two_prompts_is_answered(colour: Colour, client: Hamr, agents: Agents) -> None:
    options = agents.options("eager")
    first = colour.call(client, "one", "acp/fake", **options)
    assert colour.call(client, again(first), "acp/fake", **options).text == "you said 2: two"
    answers = [each for each in agents.sent("eager") if each.get("id") == 77]
    assert [each["error"]["code"] for each in answers] == [-32601]
