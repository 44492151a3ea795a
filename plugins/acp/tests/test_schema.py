"""What is sent is what the protocol has: its own models judge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from acp import schema

from hamr import Hamr
from hamr.api import Audio, File, Image, Message, Text
from hamr_testkit.colours import Colour

if TYPE_CHECKING:
    from plugins.acp.tests.conftest import Agents

MODELS: dict[str, Any] = {
    "initialize": schema.InitializeRequest,
    "authenticate": schema.AuthenticateRequest,
    "session/new": schema.NewSessionRequest,
    "session/load": schema.LoadSessionRequest,
    "session/resume": schema.ResumeSessionRequest,
    "session/set_config_option": schema.SetSessionConfigOptionSelectRequest,
    "session/prompt": schema.PromptRequest,
    "session/cancel": schema.CancelNotification,
}
PARTS = (
    Text("see"),
    Image(data=b"png"),
    Audio(b"wav"),
    File(b"text", media_type="text/plain"),
    File(b"\0"),
    Image(url="https://example.com/a.png"),
)
SERVERS = [
    {"name": "files", "command": "mcp", "args": ["-v"], "env": {"A": "b"}},
    {"name": "web", "type": "http", "url": "https://example.com", "headers": {"x": "y"}},
    {"name": "more", "type": "sse", "url": "https://example.com"},
]


def judged(agents: Agents, manner: str) -> list[str]:
    """The methods that were sent, each message fit for its model, without a field that the model does not know."""
    methods = []
    for message in agents.sent(manner):
        method = message.get("method")
        if method is None:
            continue
        made = MODELS[method].model_validate(message["params"])
        assert made.model_dump(by_alias=True, exclude_unset=True, mode="json") == message["params"]
        assert message["jsonrpc"] == "2.0"
        methods.append(method)
    return methods


def test_every_message_fits_its_model(colour: Colour, agents: Agents) -> None:
    options = agents.options("rich", mcp_servers=SERVERS, auth_method="key")
    with Hamr(environ={}) as client:
        colour.call(client, [Message("user", PARTS)], "acp/fake", system="Be brief.", **options)
    assert judged(agents, "rich") == ["initialize", "authenticate", "session/new", "session/prompt"]


@pytest.mark.parametrize(("manner", "method"), [("loads", "session/load"), ("resumes", "session/resume")])
def test_every_message_about_a_session_does(colour: Colour, agents: Agents, manner: str, method: str) -> None:
    options = agents.options(manner)
    with Hamr(environ={}) as client:
        first = colour.call(client, "one", "acp/fake", **options)
    turns = [Message("user", (Text("one"),)), first.message, Message("user", (Text("two"),))]
    with Hamr(environ={}) as client:
        colour.call(client, turns, "acp/fake", **options)
    assert method in judged(agents, manner)


def test_every_choice_does(colour: Colour, client: Hamr, agents: Agents) -> None:
    colour.call(client, "hello", "acp/fake", thinking="high", **agents.options("options", model="large"))
    assert judged(agents, "options").count("session/set_config_option") == 2


def test_cancelling_does(client: Hamr, agents: Agents) -> None:
    with client.stream("hello", "acp/fake", **agents.options("endless")) as stream:
        next(event for event in stream if event.type == "text_delta")
    assert judged(agents, "endless")[-1] == "session/cancel"


def test_the_answer_to_a_request_for_permission_does(client: Hamr, agents: Agents) -> None:
    client.call("hello", "acp/fake", **agents.options("asks"))
    (answer,) = (each["result"] for each in agents.sent("asks") if "result" in each)
    made = schema.RequestPermissionResponse.model_validate(answer)
    assert made.outcome.outcome == "cancelled"
