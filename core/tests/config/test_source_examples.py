"""Every example of the pages that describe these files loads as it stands, and does what its page says."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from hamr import Hamr
from hamr.config.configuration import Configuration
from hamr.types import Usage
from hamr_testkit.canned import Canned
from hamr_testkit.colours import Colour

REPLY = {
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5},
}
RELAY = """{"providers": {"relay": {"baseUrl": "http://127.0.0.1:1234/v1", "api": "openai-completions",
 "apiKey": "not-needed"}}}"""
LM_STUDIO = """{"providers": {"lm-studio": {"baseUrl": "http://localhost:1234/v1", "api": "openai-completions",
 "apiKey": "not-needed", "models": [{ "id": "qwen2.5-coder-7b" }]}}}"""
LLAMA_CPP = """{"providers": {"llama.cpp": {"baseUrl": "http://localhost:8080/v1", "api": "openai-completions",
 "apiKey": "not-needed", "compat": {"supportsDeveloperRole": false, "supportsReasoningEffort": false},
 "models": [{ "id": "local-model" }]}}}"""
PROXY = """{"providers": {"custom-proxy": {"baseUrl": "https://proxy.example.com/v1", "api": "openai-completions",
 "apiKey": "$PROXY_API_KEY", "headers": {"X-Custom-Auth": "!op read 'op://vault/item/secret'"},
 "models": [{ "id": "proxy-model" }]}}}"""
PRICES = """{"providers": {"my-provider": {"baseUrl": "...", "api": "openai-completions", "apiKey": "...",
 "models": [{"id": "model-id", "cost": { "input": 0.27, "output": 1.10, "cacheRead": 0, "cacheWrite": 0 }}]}}}"""
ACCESS = """{"providers": {"relay": {"baseUrl": "http://127.0.0.1:1234/v1", "api": "openai-completions",
 "apiKey": "$RELAY_API_KEY", "headers": {"CF-Access-Client-Id": "$CF_ACCESS_CLIENT_ID",
 "CF-Access-Client-Secret": "$CF_ACCESS_CLIENT_SECRET"}}}}"""
QWEN = """{"providers": {"relay": {"baseUrl": "http://127.0.0.1:1234/v1", "api": "openai-completions",
 "apiKey": "not-needed", "compat": {"supportsDeveloperRole": false, "supportsReasoningEffort": false},
 "models": [{"id": "Qwen3.6-35B-A3B-UD-IQ3_XXS.gguf", "name": "Qwen3.6 35B", "contextWindow": 131072,
 "reasoning": false, "input": ["text"]}]}}}"""
LLM = """
[llm.providers.my_proxy]
base_url = "https://llm.example.com/v1"
chat_endpoint = "/chat/completions"
completion_endpoint = "/completions"
auth_style = "bearer"
auth_env = "MY_PROXY_API_KEY"

[llm.aliases]
my-fast = { id = "vendor/model-fast", provider = "my_proxy" }
"""
ACP = """
[llm.providers.codex_acp]
protocol = "acp"
command = "codex-acp"
args = []
auth_style = "none"
cwd = "."
mcp_servers = []
"""
KEYS = {"PROXY_API_KEY": "sk-proxy", "RELAY_API_KEY": "sk-relay"}
KEYS |= {"CF_ACCESS_CLIENT_ID": "id-1", "CF_ACCESS_CLIENT_SECRET": "secret-1"}


@pytest.fixture
def agent(tmp_path: Path) -> Path:
    """The folder of `models.json`, with the environment that names it."""
    folder = tmp_path / "agent"
    folder.mkdir()
    return folder


def environ(agent: Path, **more: str) -> dict[str, str]:
    return {"HAMR_AGENT_DIR": str(agent), "PATH": os.environ["PATH"], **KEYS, **more}


def written(agent: Path, text: str, provider: Canned) -> None:
    """The example with the server of this test in place of its own."""
    for url in ("http://127.0.0.1:1234/v1", "http://localhost:1234/v1", "http://localhost:8080/v1"):
        text = text.replace(url, f"{provider.url}/v1")
    text = text.replace("https://proxy.example.com/v1", f"{provider.url}/v1")
    (agent / "models.json").write_text(text)
    provider.answer(REPLY)


@pytest.mark.parametrize("text", [RELAY, LM_STUDIO, LLAMA_CPP, PROXY, PRICES, ACCESS, QWEN])
def test_a_models_json_loads_as_it_stands(agent: Path, text: str) -> None:
    """H-8, H-9, H-30, H-47."""
    (agent / "models.json").write_text(text)
    configuration = Configuration(environ(agent))
    assert configuration.problems == []
    assert len(configuration.ids) == 1


@pytest.mark.parametrize(("text", "id"), [(LLM, "my_proxy"), (ACP, "codex_acp")])
def test_a_hamr_toml_of_a_trusted_project_loads_as_it_stands(tmp_path: Path, agent: Path, text: str, id: str) -> None:
    """N-120 to N-122, N-180."""
    (tmp_path / "hamr.toml").write_text(text)
    configuration = Configuration(environ(agent, HAMR_PROJECT_TRUST="always"), str(tmp_path))
    assert (configuration.problems, configuration.ids) == ([], [id])


def test_relay_needs_no_key_and_takes_any_model(colour: Colour, agent: Path, provider: Canned) -> None:
    written(agent, RELAY, provider)
    with Hamr(environ=environ(agent, RELAY_API_KEY=""), folder=None) as client:
        assert colour.call(client, "hi", "relay/some-model").text == "hi"
    asked = provider.asked[-1]
    assert (asked.path, asked.headers["authorization"]) == ("/v1/chat/completions", "Bearer not-needed")
    assert asked.json["model"] == "some-model"


@pytest.mark.parametrize(
    ("text", "model"),
    [(LM_STUDIO, "lm-studio/qwen2.5-coder-7b"), (LLAMA_CPP, "llama.cpp/local-model")],
)
def test_a_server_of_ones_own_has_the_first_model_by_default(
    colour: Colour, agent: Path, provider: Canned, text: str, model: str
) -> None:
    written(agent, text, provider)
    with Hamr(environ=environ(agent), folder=None) as client:
        response = colour.call(client, "hi", model.partition("/")[0])
    assert provider.asked[-1].json["model"] == model.partition("/")[2]
    assert response.cost.usd == 0  # H-17: servers of one's own cost nothing


def test_flags_are_those_of_the_wire(colour: Colour, agent: Path, provider: Canned) -> None:
    """H-11: `system` in place of `developer`, and no `reasoning_effort`."""
    written(agent, LLAMA_CPP, provider)
    with Hamr(environ=environ(agent), folder=None) as client:
        colour.call(client, "hi", "llama.cpp/local-model", system="Be brief.", thinking="high")
    body = provider.asked[-1].json
    assert body["messages"][0]["role"] == "system"
    assert "reasoning_effort" not in body


def test_keys_and_headers_come_from_the_environment(colour: Colour, agent: Path, provider: Canned) -> None:
    """H-13, H-34, H-15, H-16."""
    written(agent, ACCESS, provider)
    with Hamr(environ=environ(agent), folder=None) as client:
        colour.call(client, "hi", "relay/m")
    headers = provider.asked[-1].headers
    assert headers["authorization"] == "Bearer sk-relay"
    assert (headers["cf-access-client-id"], headers["cf-access-client-secret"]) == ("id-1", "secret-1")


def test_a_header_may_be_what_a_command_prints(
    colour: Colour, agent: Path, provider: Canned, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """H-14: quotes in a command stay its own; H-64: it is run for each call."""
    program = tmp_path / "op"
    program.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/ran\necho secret-of-$2\n')
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    written(agent, PROXY, provider)
    provider.answer(REPLY)
    with Hamr(environ=environ(agent), folder=None) as client:
        for _ in range(2):
            colour.call(client, "hi", "custom-proxy/proxy-model")
    headers = provider.asked[-1].headers
    assert headers["authorization"] == "Bearer sk-proxy"
    assert headers["x-custom-auth"] == "secret-of-op://vault/item/secret"
    assert (tmp_path / "ran").read_text() == "read op://vault/item/secret\n" * 2


def test_prices_are_for_a_million_tokens(agent: Path) -> None:
    """C-3, H-17, H-47."""
    (agent / "models.json").write_text(PRICES.replace('"..."', '"https://api.example.com/v1"'))
    with Hamr(environ=environ(agent), folder=None) as client:
        charge: Any = client.pipeline("my-provider/model-id").charge
        cost = charge(Usage(input=1_000_000, output=1_000_000, cache_read=500), "model-id", None, "2026-11-25")
    assert cost.usd == Decimal("1.37")


def test_a_models_own_name_and_bounds_are_known(agent: Path) -> None:
    (agent / "models.json").write_text(QWEN)
    with Hamr(environ=environ(agent), folder=None) as client:
        charge: Any = client.pipeline("relay/Qwen3.6-35B-A3B-UD-IQ3_XXS.gguf").charge
        row = charge.row()
    assert (row.name, row.context_window, row.reasoning, row.input) == ("Qwen3.6 35B", 131072, False, ("text",))


def test_a_proxy_of_a_project_is_called(colour: Colour, agent: Path, provider: Canned, tmp_path: Path) -> None:
    """An untrusted project may bring a provider with a key of its own (C-5)."""
    (tmp_path / "hamr.toml").write_text(LLM.replace("https://llm.example.com", provider.url))
    provider.answer(REPLY)
    with Hamr(environ=environ(agent, MY_PROXY_API_KEY="sk-mine"), folder=str(tmp_path)) as client:
        colour.call(client, "hi", "my-fast")
    asked = provider.asked[-1]
    assert (asked.path, asked.headers["authorization"]) == ("/v1/chat/completions", "Bearer sk-mine")
    assert asked.json["model"] == "vendor/model-fast"


def test_a_projects_file_is_found_from_below_and_comes_over_the_users(agent: Path, tmp_path: Path) -> None:
    """H-90."""
    (agent / "providers.toml").write_text('[aliases]\nboth = "sim/user"\nmine = "sim/mine"\n')
    (tmp_path / "hamr.toml").write_text('[llm.aliases]\nboth = "sim/project"\n')
    below = tmp_path / "src" / "deep"
    below.mkdir(parents=True)
    trusting = environ(agent, HAMR_CONFIG_DIR=str(agent), HAMR_PROJECT_TRUST="always")
    for folder, told in ((str(below), "project"), (str(agent.parent.parent), "user")):
        with Hamr(environ=trusting, folder=folder) as client:
            assert client.selection("both").model == told
            assert client.selection("mine").model == "mine"
