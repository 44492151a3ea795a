"""Calls to agents, from the launch to the answer."""

from __future__ import annotations

import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from hamr import Hamr
from hamr.api import (
    Audio,
    ConfigError,
    File,
    HostedTool,
    Image,
    Message,
    NoSuchModel,
    NotLetIn,
    Text,
    Tool,
    Unsupported,
)
from hamr_testkit.colours import Colour

if TYPE_CHECKING:
    from plugins.acp.tests.conftest import Agents


def test_a_prompt_is_answered(colour: Colour, client: Hamr, agents: Agents) -> None:
    """N-181: launch, initialize, session/new, session/prompt, and the chunks of the answer."""
    response = colour.call(client, "hello", "acp/fake", **agents.options("echo"))
    assert (response.text, response.finish_reason) == ("you said 1: hello", "stop")
    methods = [each.get("method") for each in agents.sent("echo")]
    assert methods == ["initialize", "session/new", "session/prompt"]


def test_the_answer_comes_as_it_is_written(colour: Colour, client: Hamr, agents: Agents) -> None:
    events = colour.events(client, "hello", "acp/fake", **agents.options("echo"))
    assert [event.text for event in events if event.type == "text_delta"] == ["you said ", "1", ": ", "hello"]


def test_all_that_an_agent_tells_comes_back(colour: Colour, client: Hamr, agents: Agents) -> None:
    response = colour.call(client, "count", "acp/fake", **agents.options("everything"))
    assert response.thinking == "Let me think."
    assert [type(part).__name__ for part in response.message.parts] == [
        "Thinking",
        "Text",
        "HostedTool",
        "Text",
        "Image",
    ]
    assert response.text == "I read. Three lines."
    (tool,) = (part for part in response.message.parts if isinstance(part, HostedTool))
    assert (tool.name, tool.id, tool.data["status"]) == ("read", "t1", "completed")
    assert (tool.data["title"], tool.data["rawOutput"]) == ("Read a.txt", {"lines": 3})
    assert response.message.parts[-1] == Image(data=b"hi", media_type="image/png")
    usage = response.usage
    assert usage is not None
    assert (usage.input, usage.cache_read, usage.output, usage.reasoning) == (10, 3, 5, 2)
    assert response.cost.usd == Decimal("0.25")
    assert response.extra is not None
    told = response.extra["acp"]
    assert told["plan"] == [{"content": "read", "priority": "high", "status": "pending"}]
    assert told["context"] == {"used": 50, "size": 1000}
    assert told["agent"] == {"name": "fake", "version": "0"}


def test_usage_is_guessed_where_nothing_is_said(colour: Colour, client: Hamr, agents: Agents) -> None:
    """N-184: token counts approximated."""
    usage = colour.call(client, "a" * 40, "acp/fake", **agents.options("echo")).usage
    assert usage is not None
    assert (usage.estimated, usage.input, usage.output) == (True, 10, 13)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("end_turn", "stop"),
        ("max_tokens", "length"),
        ("max_turn_requests", "pause"),
        ("refusal", "refusal"),
        ("new", "unknown"),
    ],
)
def test_reasons_to_stop(client: Hamr, agents: Agents, raw: str, reason: str) -> None:
    assert client.call("hello", "acp/fake", **agents.options(f"stop:{raw}")).finish_reason == reason


def test_one_message_goes_as_it_is_and_a_history_in_sections(colour: Colour, client: Hamr, agents: Agents) -> None:
    """N-184: single user message sent plain, else System: and role: sections."""
    turns = [Message("user", (Text("one"),)), Message("assistant", (Text("two"),)), Message("user", (Text("three"),))]
    response = colour.call(client, turns, "acp/fake", system="Be brief.", **agents.options("echo"))
    (prompt,) = agents.sent("echo", "session/prompt")
    text = "System:\nBe brief.\n\nUser:\none\n\nAssistant:\ntwo\n\nUser:\nthree"
    assert prompt["prompt"] == [{"type": "text", "text": text}]
    assert ("changed", "messages") in {(each.kind, each.field) for each in response.adaptations}


def test_what_only_a_model_could_be_told_is_left_out_and_told(colour: Colour, client: Hamr, agents: Agents) -> None:
    response = colour.call(
        client, "hello", "acp/fake", temperature=0.5, max_tokens=9, tools=[Tool("x")], thinking="high",
        **agents.options("echo"),
    )  # fmt: skip
    told = {(each.kind, each.field) for each in response.adaptations}
    assert told == {
        ("dropped", "temperature"),
        ("dropped", "max_tokens"),
        ("dropped", "tools"),
        ("dropped", "thinking"),
    }


def test_a_tool_that_must_be_called_is_not_supported(client: Hamr, agents: Agents) -> None:
    with pytest.raises(Unsupported, match="runs tools of its own"):
        client.call("hello", "acp/fake", tools=[Tool("x")], tool_choice="required", **agents.options("echo"))


def test_a_shape_of_the_answer_is_asked_for_in_the_prompt(client: Hamr, agents: Agents) -> None:
    response = client.call("hello", "acp/fake", response_format="json", **agents.options("echo"))
    assert "JSON object" in agents.sent("echo", "session/prompt")[0]["prompt"][0]["text"]
    assert ("emulated", "response_format") in {(each.kind, each.field) for each in response.adaptations}


PARTS = (
    Text("see"),
    Image(data=b"png", media_type="image/png"),
    Audio(b"wav", "wav"),
    File(b"text", name="a b.txt", media_type="text/plain"),
    File(b"\0", name="a.bin"),
    Image(url="https://example.com/a.png"),
)


def test_images_sound_and_files_go_where_they_are_taken(colour: Colour, client: Hamr, agents: Agents) -> None:
    response = colour.call(client, [Message("user", PARTS)], "acp/fake", **agents.options("rich"))
    (prompt,) = agents.sent("rich", "session/prompt")
    assert [block["type"] for block in prompt["prompt"]] == [
        "text",
        "image",
        "audio",
        "resource",
        "resource",
        "resource_link",
    ]
    assert prompt["prompt"][3]["resource"] == {
        "uri": "attachment:///a%20b.txt",
        "mimeType": "text/plain",
        "text": "text",
    }
    assert response.adaptations == ()


def test_what_the_agent_does_not_take_is_told(colour: Colour, client: Hamr, agents: Agents) -> None:
    response = colour.call(client, [Message("user", PARTS)], "acp/fake", **agents.options("echo"))
    told = [(each.kind, each.field) for each in response.adaptations]
    assert told == [
        ("dropped", "user[0].image"),
        ("dropped", "user[0].audio"),
        ("changed", "user[0].file"),
        ("dropped", "user[0].file"),
    ]
    (prompt,) = agents.sent("echo", "session/prompt")
    assert [block["type"] for block in prompt["prompt"]] == ["text", "resource_link"]
    assert "text" in prompt["prompt"][0]["text"]


def test_a_call_overrides_how_the_agent_is_started(
    colour: Colour, client: Hamr, agents: Agents, tmp_path: Path
) -> None:
    """N-182: command, args, env, cwd, mcpServers, clientCapabilities and clientInfo, under the provider's name."""
    servers = [
        {"name": "files", "command": "mcp", "args": ["-v"], "env": [{"name": "A", "value": "b"}]},
        {"name": "web", "type": "http", "url": "https://example.com", "headers": {"x": "y"}},
    ]
    more = {"cwd": str(tmp_path), "mcpServers": servers, "clientInfo": {"name": "me"}, "clientCapabilities": {"x": {}}}
    colour.call(client, "hello", "acp/fake", **agents.options("echo", **more))
    (hello,) = agents.sent("echo", "initialize")
    assert hello["protocolVersion"] == 1
    assert hello["clientInfo"]["name"] == "me"
    assert hello["clientCapabilities"]["x"] == {}
    assert hello["clientCapabilities"]["fs"] == {"readTextFile": False, "writeTextFile": False}
    (session,) = agents.sent("echo", "session/new")
    assert session == {
        "cwd": str(tmp_path),
        "mcpServers": [
            {"name": "files", "command": "mcp", "args": ["-v"], "env": [{"name": "A", "value": "b"}]},
            {"type": "http", "name": "web", "url": "https://example.com", "headers": [{"name": "x", "value": "y"}]},
        ],
    }


def test_other_options_are_fields_of_the_prompt(client: Hamr, agents: Agents) -> None:
    options = agents.options("echo")["options"]
    client.call("hello", "acp/fake", options={**options, "_meta": {"a": 1}})
    assert agents.sent("echo", "session/prompt")[0]["_meta"] == {"a": 1}


def test_an_unknown_field_of_an_agent_is_named(client: Hamr, agents: Agents) -> None:
    with pytest.raises(ConfigError, match="comand: unknown field"):
        client.call("hello", "acp/fake", options={"acp": {"comand": "x"}})


def test_the_model_is_chosen_where_there_is_a_choice(colour: Colour, client: Hamr, agents: Agents) -> None:
    response = colour.call(client, "hello", "acp/fake", thinking="high", **agents.options("options", model="Large"))
    assert response.model == "large"
    assert response.adaptations == ()
    chosen = [(each["configId"], each["value"]) for each in agents.sent("options", "session/set_config_option")]
    assert chosen == [("m", "large"), ("t", "high")]


def test_the_older_choice_of_a_model(colour: Colour, client: Hamr, agents: Agents) -> None:
    assert colour.call(client, "hello", "acp/fake", **agents.options("models", model="a/large")).model == "a/large"
    (chosen,) = agents.sent("models", "session/set_model")
    assert chosen["modelId"] == "a/large"


@pytest.mark.parametrize(("manner", "offer"), [("options", "it offers small, large"), ("echo", "it offers no choice")])
def test_a_model_that_is_not_offered(colour: Colour, client: Hamr, agents: Agents, manner: str, offer: str) -> None:
    with pytest.raises(NoSuchModel, match=offer):
        colour.call(client, "hello", "acp/fake", **agents.options(manner, model="huge"))


def test_a_command_line_is_an_agent(colour: Colour, client: Hamr) -> None:
    agent = Path(__file__).with_name("fake_agent.py")
    assert colour.call(client, "hello", f"acp/{sys.executable} -S '{agent}' echo").text == "you said 1: hello"


@pytest.fixture
def own(tmp_path: Path) -> dict[str, str]:
    agent = Path(__file__).with_name("fake_agent.py")
    table = {"command": sys.executable, "args": ["-S", str(agent), "models"]}
    lines = "\n".join(f"{name} = {json.dumps(value)}" for name, value in table.items())
    file = tmp_path / "agents.toml"
    file.write_text(f"[mine]\n{lines}\n", encoding="utf-8")
    return {"ACP_AGENTS": str(file), "ACP_AGENT": "mine"}


def test_an_agent_of_the_users_own(colour: Colour, own: dict[str, str]) -> None:
    with Hamr(environ=own) as client:
        assert colour.call(client, "hello", "acp/mine/a/large").model == "a/large"
        assert colour.call(client, "hello", "acp").model == "a/small"


@pytest.mark.parametrize(
    ("text", "wrong"), [("[x", "agents.toml"), ("x = 1", "x must be a table"), ("[x]\ncmd=1", "cmd")]
)
def test_a_wrong_file_of_agents_is_told(tmp_path: Path, text: str, wrong: str) -> None:
    file = tmp_path / "agents.toml"
    file.write_text(text, encoding="utf-8")
    with Hamr(environ={"ACP_AGENTS": str(file)}) as client, pytest.raises(ConfigError, match=wrong):
        client.call("hello", "acp/gemini")


def test_a_login_is_chosen_where_one_is_named(colour: Colour, client: Hamr, agents: Agents) -> None:
    colour.call(client, "hello", "acp/fake", **agents.options("echo", auth_method="key"))
    assert agents.sent("echo", "authenticate") == [{"methodId": "key"}]


@pytest.mark.parametrize("manner", ["login", "login-late"])
def test_an_agent_that_wants_a_login(colour: Colour, client: Hamr, agents: Agents, manner: str) -> None:
    with pytest.raises(NotLetIn, match="Authentication required") as told:
        colour.call(client, "hello", "acp/fake", **agents.options(manner))
    assert "key (Use a key)" in told.value.hint


def test_the_environment_is_the_users_with_that_of_the_agent(
    colour: Colour, client: Hamr, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_OWN", "from me")
    code = "import os,sys; sys.exit(os.environ['MY_OWN'] + os.environ['GIVEN'])"
    options: dict[str, Any] = {"acp": {"command": sys.executable, "args": ["-c", code], "env": {"GIVEN": "$MY_OWN!"}}}
    with pytest.raises(Exception, match="from me") as told:
        colour.call(client, "hello", "acp/fake", options=options)
    assert "from me***" in str(told.value)


def test_a_variable_that_is_not_set_is_named(client: Hamr, agents: Agents) -> None:
    with pytest.raises(ConfigError, match=r"env.A: \$NOT_SET_HERE is not set"):
        client.call("hello", "acp/fake", **agents.options("echo", env={"A": "$NOT_SET_HERE"}))


def test_what_is_configured_and_may_be_secret_is_in_no_call(own: dict[str, str], tmp_path: Path) -> None:
    with (tmp_path / "agents.toml").open("a", encoding="utf-8") as file:
        file.write('env = {A = "canary-env"}\nmcp_servers = [{name = "m", command = "c", env = {B = "canary-mcp"}}]\n')
        file.write(f'cwd = "{tmp_path}"\n')
    with Hamr(environ=own) as client:
        call = client.preview("hello", "acp/mine")
        assert "canary" not in f"{call!r} {call.headers} {call.body!r}"
        given = client.preview("hello", "acp/mine", options={"acp": {"env": {"A": "canary"}}})
    assert given.secret == {"acp-env"}
    assert "canary" not in f"{given!r} {given.body!r}"


def test_what_is_configured_reaches_the_agent(colour: Colour, tmp_path: Path) -> None:
    agent, log = Path(__file__).with_name("fake_agent.py"), tmp_path / "log"
    file = tmp_path / "agents.toml"
    file.write_text(
        f"[mine]\ncommand = {json.dumps(sys.executable)}\nargs = ['-S', '{agent}', 'says-a', '{log}']\n"
        'env = { A = "configured", B = "both" }\nmcpServers = [{ name = "m", command = "c", env = { X = "y" } }]\n',
        encoding="utf-8",
    )
    with Hamr(environ={"ACP_AGENTS": str(file)}) as client:
        assert colour.call(client, "hello", "acp/mine").text == "configured both"
        options = {"acp": {"env": {"A": "called"}, "mcp_servers": []}}
        assert colour.call(client, "hello", "acp/mine", options=options).text == "called both"
    sessions = [json.loads(line)["params"] for line in log.read_text().splitlines() if "session/new" in line]
    assert [len(each["mcpServers"]) for each in sessions] == [1, 0]
    assert sessions[0]["mcpServers"][0]["env"] == [{"name": "X", "value": "y"}]


def test_the_agents_that_are_installed_are_listed(colour: Colour, own: dict[str, str]) -> None:
    with Hamr(environ=own) as client:
        listed = {info.id for info in colour.models(client, "acp").models}
    assert "mine" in listed
    assert "reviewer-that-is-not-here" not in listed
