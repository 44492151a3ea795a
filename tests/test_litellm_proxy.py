"""A real server that is not ours, LiteLLM's proxy, between a plugin and the simulator: `nox -s litellm` brings it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hamr import Hamr, Message, NoSuchModel, Text, Tool, ToolResult
from hamr_sim.server import Server
from hamr_sim.simulator import Simulator
from hamr_testkit.colours import Colour

PROXY = "HAMR_TEST_LITELLM"
"""The variable that names the proxy's command: it wants an environment of its own, and half a minute to start."""
KEY = "sk-canary-of-the-proxy"
WEATHER = Tool(
    "get_weather", "The weather.", {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
)
CONFIG = """
model_list:
{models}
litellm_settings:
  telemetry: false
"""
MODEL = """  - model_name: {name}
    litellm_params: {{model: "openai/{name}", api_base: "{url}/v1", api_key: none}}
"""


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a proxy whose models are the simulator's."""
    command = os.environ.get(PROXY, "")
    if not shutil.which(command):
        pytest.skip(f"LiteLLM's proxy is not here: {PROXY} names its command (`nox -s litellm`)")
    with Server(Simulator()).start() as server:
        folder = tmp_path_factory.mktemp("litellm")
        models = "".join(MODEL.format(name=name, url=server.origin) for name in ("echo", "tools", "thinking", "cut"))
        (folder / "config.yaml").write_text(CONFIG.format(models=models), encoding="utf-8")
        with running(command, folder) as url:
            yield url


@contextmanager
def running(command: str, folder: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    # No price list from the network, and nothing that would be reported there.
    environ = {**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_MASTER_KEY": KEY}
    arguments = [command, "--config", str(folder / "config.yaml"), "--port", str(port), "--host", "127.0.0.1"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(arguments, cwd=folder, env=environ, stdout=log, stderr=log)
    try:
        wait_for(f"http://127.0.0.1:{port}/health/liveliness", process, folder / "log")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        assert process.poll() is None, log.read_text(encoding="utf-8")[-2000:]
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"the proxy did not start:\n{log.read_text(encoding='utf-8')[-2000:]}")


@pytest.fixture
def client(proxy: str) -> Iterator[Hamr]:
    with Hamr(environ={"LITELLM_BASE_URL": proxy, "LITELLM_API_KEY": KEY}) as client:
        yield client


def test_a_text_whole(colour: Colour, client: Hamr) -> None:
    response = colour.call(client, "hello there", "litellm/echo")
    assert (response.text, response.finish_reason) == ("[sim] hello there", "stop")
    assert response.usage is not None
    assert response.usage.input > 0


def test_a_text_streamed(colour: Colour, client: Hamr) -> None:
    events = colour.events(client, "one two three", "litellm/echo")
    assert "".join(event.text for event in events if event.type == "text_delta") == "[sim] one two three"
    assert sum(event.type == "text_delta" for event in events) > 1


def test_tools_and_their_results(colour: Colour, client: Hamr) -> None:
    asked = Message("user", (Text("What is the weather?"),))
    first = colour.call(client, [asked], "litellm/tools", tools=[WEATHER])
    (call,) = first.tool_calls
    assert (call.name, call.problem, set(call.arguments)) == ("get_weather", None, {"city"})
    result = Message("tool", (ToolResult(call.id, (Text("18 degrees"),)),))
    second = colour.call(client, [asked, first.message, result], "litellm/tools", tools=[WEATHER])
    assert "18 degrees" in second.text


def test_tools_streamed(colour: Colour, client: Hamr) -> None:
    events = colour.events(client, "What is the weather?", "litellm/tools", tools=[WEATHER])
    (ended,) = (event for event in events if event.type == "tool_call_end")
    assert set(ended.call.arguments) == {"city"}


def test_thinking(colour: Colour, client: Hamr) -> None:
    response = colour.call(client, "hmm", "litellm/thinking")
    assert response.thinking
    assert "hmm" in response.text


def test_an_unknown_model_is_told_for_what_it_is(colour: Colour, client: Hamr) -> None:
    with pytest.raises(NoSuchModel):
        colour.call(client, "hello", "litellm/nobody")


def test_models_are_listed(colour: Colour, client: Hamr) -> None:
    listing = colour.models(client, "litellm")
    assert {"echo", "tools"} <= {info.id for info in listing.models}
