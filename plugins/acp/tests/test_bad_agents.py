"""Agents that misbehave: each call ends soon, says why, and leaves no process behind (pain 43)."""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING

import pytest

from hamr import Hamr
from hamr.api import BrokenReply, ConfigError, NoAnswer, RateLimited, Timeouts, Unsupported
from hamr_testkit.colours import Colour

if TYPE_CHECKING:
    from plugins.acp.tests.conftest import Agents

SOON = 30.0
"""Seconds: it takes a third of one, on a machine that has nothing else to do."""
METHODS = ("initialize", "session/new", "session/prompt")


def test_requests_of_the_agents_are_answered_and_told(colour: Colour, client: Hamr, agents: Agents) -> None:
    """N-183: session/request_permission is answered with cancelled, any other method with -32601."""
    response = colour.call(client, "hello", "acp/fake", **agents.options("asks"))
    assert json.loads(response.text) == [{"outcome": {"outcome": "cancelled"}}, -32601, -32601, -32601, -32601, -32601]
    assert len(response.warnings) == 6
    assert "session/request_permission (rm -rf /)" in response.warnings[0]


def test_an_answer_broken_off_for_want_of_permission_is_no_whole_one(
    colour: Colour, client: Hamr, agents: Agents
) -> None:
    with pytest.raises(BrokenReply, match="broke off its answer; it had asked for session/request_permission"):
        colour.call(client, "hello", "acp/fake", **agents.options("cancels"))


def test_a_silent_agent(colour: Colour, client: Hamr, agents: Agents) -> None:
    begun = time.monotonic()
    with pytest.raises(NoAnswer, match="did not answer"):
        colour.call(client, "hello", "acp/fake", timeout=0.5, retries=0, **agents.options("silent"))
    assert time.monotonic() - begun < SOON


def test_an_agent_that_falls_silent_keeps_what_had_come(colour: Colour, client: Hamr, agents: Agents) -> None:
    timeout = Timeouts(read=0.4)
    with pytest.raises(BrokenReply, match=r"wrote nothing for 0.4 s") as told:
        colour.events(client, "hello", "acp/fake", timeout=timeout, **agents.options("silent-prompt"))
    assert told.value.partial is not None
    assert told.value.partial.text == "hm"


def test_a_flood_on_stderr_holds_nothing_up(colour: Colour, client: Hamr, agents: Agents) -> None:
    assert colour.call(client, "hello", "acp/fake", **agents.options("floods")).text == "you said 1: hello"


def test_an_agent_that_is_none(colour: Colour, client: Hamr, agents: Agents) -> None:
    with pytest.raises(NoAnswer, match="did not answer"):
        colour.call(client, "hello", "acp/fake", timeout=0.5, retries=0, **agents.options("nonsense"))


def test_lines_that_are_no_messages_are_told(colour: Colour, client: Hamr, agents: Agents) -> None:
    response = colour.call(client, "hello", "acp/fake", **agents.options("banner"))
    assert response.text == "hello"
    assert response.warnings[0] == "the agent wrote a line that is no message: Welcome to the agent!"


def test_a_line_of_two_megabytes(colour: Colour, client: Hamr, agents: Agents) -> None:
    assert colour.call(client, "hello", "acp/fake", **agents.options("large")).text == "x" * 2_000_000


@pytest.mark.parametrize("stage", [f"dies-at:{method}" for method in METHODS])
def test_an_agent_that_ends_fails_its_call_at_once(colour: Colour, client: Hamr, agents: Agents, stage: str) -> None:
    begun = time.monotonic()
    with pytest.raises(BrokenReply, match="ended with exit code 7") as told:
        colour.call(client, "hello", "acp/fake", **agents.options(stage))
    assert time.monotonic() - begun < SOON
    assert "cannot find my configuration" in str(told.value)
    assert told.value.attempts == 1


def test_an_agent_that_does_not_start(colour: Colour, client: Hamr, agents: Agents) -> None:
    with pytest.raises(BrokenReply, match="ended with exit code 2") as told:
        colour.call(client, "hello", "acp/fake", **agents.options("dies"))
    assert "it wrote:\nerror: unknown option --acp" in str(told.value)


@pytest.mark.parametrize("manner", ["dies-with-a-child", "closes"])
def test_an_end_that_shows_in_only_one_way(colour: Colour, client: Hamr, agents: Agents, manner: str) -> None:
    begun = time.monotonic()
    with pytest.raises(BrokenReply, match="before it took a prompt"):
        colour.call(client, "hello", "acp/fake", **agents.options(manner))
    assert time.monotonic() - begun < SOON


def test_an_agent_that_ends_in_its_answer(colour: Colour, client: Hamr, agents: Agents) -> None:
    env = {"AGENT_KEY": "sk-canary-of-the-agent"}
    with pytest.raises(BrokenReply, match="before the end of its answer") as told:
        colour.events(client, "hello", "acp/fake", **agents.options("dies-in-answer", env=env))
    assert told.value.partial is not None
    assert told.value.partial.text == "half an ans"
    assert "fatal: out of luck, key ***" in str(told.value)
    assert "canary" not in f"{told.value!r} {told.value} {told.value.body}"


def test_an_agent_that_ignores_sigterm_is_ended_with_its_children(colour: Colour, client: Hamr, agents: Agents) -> None:
    begun = time.monotonic()
    with pytest.raises(BrokenReply):
        colour.events(client, "hello", "acp/fake", timeout=Timeouts(read=0.3), **agents.options("stubborn"))
    assert time.monotonic() - begun < SOON
    assert len(agents.pids("stubborn")) == 2
    assert agents.ended("stubborn")


def test_leaving_a_stream_early_cancels_it(colour: Colour, client: Hamr, agents: Agents) -> None:
    options = agents.options("endless")

    async def leave() -> None:
        async with client.astream("hello", "acp/fake", **options) as stream:
            async for event in stream:
                if event.type == "text_delta":
                    return

    if colour.name == "sync":
        with client.stream("hello", "acp/fake", **options) as stream:
            next(event for event in stream if event.type == "text_delta")
    else:
        asyncio.run(leave())
    assert agents.sent("endless")[-1]["method"] == "session/cancel"


def test_a_cancelled_task_ends_its_agent(client: Hamr, agents: Agents) -> None:
    async def cancelled() -> None:
        task = asyncio.create_task(client.acall("hello", "acp/fake", **agents.options("silent-prompt")))
        await asyncio.to_thread(agents.wait_for, "silent-prompt", "session/prompt")
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancelled())
    assert agents.ended("silent-prompt")


def test_a_command_that_is_not_there(colour: Colour, client: Hamr) -> None:
    options = {"acp": {"command": "gemini-that-is-not-here"}}
    with pytest.raises(ConfigError, match="there is no program 'gemini-that-is-not-here'") as told:
        colour.call(client, "hello", "acp/gemini", options=options)
    assert "npm install -g @google/gemini-cli" in told.value.hint


def test_a_folder_that_is_not_there(client: Hamr, agents: Agents) -> None:
    with pytest.raises(ConfigError, match="there is no folder /not/here"):
        client.call("hello", "acp/fake", **agents.options("echo", cwd="/not/here"))


def test_another_version_of_the_protocol(colour: Colour, client: Hamr, agents: Agents) -> None:
    with pytest.raises(Unsupported, match="speaks version 2 of the protocol"):
        colour.call(client, "hello", "acp/fake", **agents.options("future"))


def test_a_session_without_an_id_is_judged_by_the_protocols_own_models(client: Hamr, agents: Agents) -> None:
    with pytest.raises(BrokenReply, match="its NewSessionResponse is wrong: sessionId: Field required"):
        client.call("hello", "acp/fake", **agents.options("no-session-id"))


def test_an_error_of_the_agents(colour: Colour, client: Hamr, agents: Agents) -> None:
    with pytest.raises(BrokenReply, match="refused session/prompt: Internal error: no credit") as told:
        colour.call(client, "hello", "acp/fake", **agents.options("fails"))
    assert told.value.code == "-32603"


def test_a_limit_of_the_agents_provider(colour: Colour, client: Hamr, agents: Agents) -> None:
    with pytest.raises(RateLimited, match="slow down") as told:
        colour.call(client, "hello", "acp/fake", retries=0, **agents.options("limited"))
    assert (told.value.status, told.value.code) == (429, None)


def test_an_agent_is_kept_and_none_is_left_behind(colour: Colour, agents: Agents) -> None:
    with Hamr(environ={}) as client:
        colour.call(client, "hello", "acp/fake", **agents.options("echo"))
        assert len(agents.alive("echo")) == 1
    assert agents.ended("echo")
