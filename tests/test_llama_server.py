"""A real server that is not ours, llama.cpp's with a scripted model, answers through the plugins that may reach it."""

from __future__ import annotations

import importlib.util
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hamr import Hamr, Message, Text, Tool, ToolResult
from hamr_testkit.colours import Colour

SERVERS = Path(__file__).parents[2] / "shared" / "servers"
NEEDED = ("xllamacpp", "gguf", "numpy")
VARIABLES = {"llamacpp": "LLAMACPP_BASE_URL", "local": "LOCAL_LLM_BASE_URL"}
WEATHER = Tool(
    "get_weather", "The weather.", {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def model_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not SERVERS.exists():
        pytest.skip("the scripts of the llama.cpp server are not on this machine: ../shared/servers")
    if missing := [name for name in NEEDED if importlib.util.find_spec(name) is None]:
        pytest.skip(f"the llama.cpp server needs {', '.join(missing)}, for which this Python has no package")
    model = tmp_path_factory.mktemp("llama") / "tiny.gguf"
    subprocess.run([sys.executable, SERVERS / "make_tiny_gguf.py", model], check=True, capture_output=True)
    return model


@pytest.fixture(scope="module")
def base_url(model_file: Path) -> Iterator[str]:
    with serving(model_file) as url:
        yield url


@pytest.fixture(scope="module")
def embedding_url(model_file: Path) -> Iterator[str]:
    with serving(model_file, "--embedding", "--ctx", "4096") as url:
        yield url


@contextmanager
def serving(model: Path, *options: str) -> Iterator[str]:
    """The address of such a server, for as long as the block runs."""
    port = free_port()
    with model.with_suffix(f".{port}.log").open("wb") as log:
        command = [sys.executable, str(SERVERS / "llama_server.py"), str(model), "--port", str(port), *options]
        server = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        wait_for(f"http://127.0.0.1:{port}/health")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(10)


def wait_for(url: str) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"{url} did not come up in 30 s")


@pytest.fixture(params=VARIABLES)
def model(request: pytest.FixtureRequest) -> str:
    return f"{request.param}/tiny"


@pytest.fixture
def client(base_url: str) -> Iterator[Hamr]:
    with Hamr(environ=dict.fromkeys(VARIABLES.values(), base_url)) as client:
        yield client


def test_text_whole_and_streamed(client: Hamr, model: str, colour: Colour) -> None:
    response = colour.call(client, "hi", model)
    assert response.text == "Hello from the tiny scripted model."
    assert response.finish_reason == "stop"
    assert response.usage is not None
    assert response.usage.output > 0
    events = colour.events(client, "hi", model)
    assert "".join(event.text for event in events if event.type == "text_delta") == response.text
    assert len([event for event in events if event.type == "text_delta"]) > 1


def test_a_tool_is_called_and_its_result_goes_back(client: Hamr, model: str, colour: Colour) -> None:
    question = Message("user", (Text("What is the weather?"),))
    first = colour.call(client, [question], model, tools=[WEATHER])
    (call,) = first.tool_calls
    assert (call.name, dict(call.arguments), first.finish_reason) == ("get_weather", {"city": "Paris"}, "tool_calls")
    result = Message("tool", (ToolResult(call.id, (Text("21 degrees"),)),))
    second = colour.call(client, [question, first.message, result], model, tools=[WEATHER])
    assert second.text == "It is 21 degrees in Paris today."


def test_two_tools_at_once_streamed(client: Hamr, model: str, colour: Colour) -> None:
    events = colour.events(client, "#two-tools please", model, tools=[WEATHER], parallel_tool_calls=True)
    calls = [event.call for event in events if event.type == "tool_call_end"]
    assert [dict(call.arguments)["city"] for call in calls] == ["Oslo", "Lima"]
    assert len({call.id for call in calls}) == 2


def test_thinking_and_unicode(client: Hamr, model: str, colour: Colour) -> None:
    thought = colour.call(client, "#think about it", model)
    assert "The user wants a short thought" in thought.thinking
    assert "42" in thought.text
    assert "<think>" not in thought.text
    whole = colour.call(client, "#unicode", model).text
    events = colour.events(client, "#unicode", model)
    assert "".join(event.text for event in events if event.type == "text_delta") == whole
    assert not whole.isascii()


def test_the_responses_api(client: Hamr, model: str, colour: Colour) -> None:
    """Text, thinking, a tool and its result, whole and streamed."""
    response = colour.call(
        client, "hi", model, api_mode="responses", system="Be brief.", max_tokens=50, temperature=0.0
    )
    assert (response.text, response.finish_reason) == ("Hello from the tiny scripted model.", "stop")
    assert response.usage is not None
    assert response.usage.output > 0
    events = colour.events(client, "hi", model, api_mode="responses")
    pieces = [event.text for event in events if event.type == "text_delta"]
    assert ("".join(pieces), len(pieces) > 1) == (response.text, True)
    question = Message("user", (Text("What is the weather?"),))
    first = colour.call(client, [question], model, api_mode="responses", tools=[WEATHER])
    (call,) = first.tool_calls
    assert (call.name, dict(call.arguments), first.finish_reason) == ("get_weather", {"city": "Paris"}, "tool_calls")
    result = Message("tool", (ToolResult(call.id, (Text("21 degrees"),)),))
    second = colour.call(client, [question, first.message, result], model, api_mode="responses", tools=[WEATHER])
    assert second.text == "It is 21 degrees in Paris today."
    thought = colour.call(client, "#think about it", model, api_mode="responses")
    assert "The user wants a short thought" in thought.thinking
    assert "42" in thought.text
    again = [Message("user", (Text("#think about it"),)), thought.message, Message("user", (Text("hi"),))]
    assert colour.call(client, again, model, api_mode="responses").text == "Hello from the tiny scripted model."


def test_what_is_asked_for_is_taken(client: Hamr, model: str, colour: Colour) -> None:
    """Every field that the plugin sends is one that the server takes."""
    response = colour.call(
        client,
        "hi",
        model,
        system="Be brief.",
        thinking="off",
        max_tokens=50,
        temperature=0.0,
        top_k=1,
        seed=1,
        stop=["xyz"],
        store=False,
        cache_key="k",
    )
    assert response.text == "Hello from the tiny scripted model."


def test_a_tool_is_forced(client: Hamr, model: str, colour: Colour) -> None:
    response = colour.call(client, "What is the weather?", model, tools=[WEATHER], tool_choice="required")
    assert [call.name for call in response.tool_calls] == ["get_weather"]


def test_the_command_line(base_url: str, model: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "hamr", "hi", "-m", model, "--json"],
        env={**os.environ, **dict.fromkeys(VARIABLES.values(), f"{base_url}/v1")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(ran.stdout)["text"] == "Hello from the tiny scripted model."


def test_its_models(client: Hamr, colour: Colour) -> None:
    """H-115, H-116, H-119."""
    (info,) = colour.models(client, "local").models
    assert (Path(info.id).name, info.name, info.owned_by) == ("tiny.gguf", "Tiny", "llamacpp")
    assert (info.context_window, info.input) == (262144, ("text",))


def test_vectors(embedding_url: str, colour: Colour) -> None:
    with Hamr(environ={"LOCAL_LLM_BASE_URL": embedding_url}) as client:
        numbers = colour.embed(client, ["one thing", "another"], "local/tiny")
        packed = colour.embed(client, ["another"], "local/tiny", options={"encoding_format": "base64"})
        tokens = colour.embed(client, [1, 2, 3], "local/tiny")
    assert [len(vector) for vector in numbers.vectors] == [1024, 1024]
    assert packed.vector == numbers.vectors[1]
    assert len(tokens.vectors) == 1
    assert numbers.usage is not None
    assert numbers.usage.input > 0
