"""Every example of the pages that describe these files loads as it stands, and does what its page says."""

from __future__ import annotations

import os
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from hamr import Hamr
from hamr.config.configuration import Configuration
from hamr.types import Usage
from hamr_testkit.canned import Canned
from hamr_testkit.colours import Colour
from hamr_testkit.pages import Pages

REPLY = {
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5},
}
EXAMPLES: dict[str, tuple[Any, ...]] = {
    "relay": ("s0", "relay"),
    "lm-studio": ("s0", "lm-studio"),
    "llama.cpp": ("s0", "llama.cpp"),
    "custom-proxy": ("s0", "custom-proxy"),
    "my-provider": ("s0", "my-provider"),
    "access": ("s1", "relay", 1),
    "qwen": ("s1", "relay", 2),
    "my_proxy": ("s4", "my_proxy"),
    "codex_acp": ("s4", "codex_acp"),
}
"""Each by a name of its own: the page, what it describes there, and which of several that is."""
KEYS = {"PROXY_API_KEY": "sk-proxy", "RELAY_API_KEY": "sk-relay"}
KEYS |= {"CF_ACCESS_CLIENT_ID": "id-1", "CF_ACCESS_CLIENT_SECRET": "secret-1"}


Example = Callable[[str], str]


@pytest.fixture
def example(pages: Pages) -> Example:
    """The text of an example, by its name here."""
    return lambda name: pages.example(*EXAMPLES[name])


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


@pytest.mark.parametrize("name", [name for name, (page, *_) in EXAMPLES.items() if page != "s4"])
def test_a_models_json_loads_as_it_stands(agent: Path, example: Example, name: str) -> None:
    """H-8, H-9, H-30, H-47."""
    (agent / "models.json").write_text(example(name))
    configuration = Configuration(environ(agent))
    assert configuration.problems == []
    assert len(configuration.ids) == 1


@pytest.mark.parametrize("id", ["my_proxy", "codex_acp"])
def test_a_hamr_toml_of_a_trusted_project_loads_as_it_stands(
    tmp_path: Path, agent: Path, example: Example, id: str
) -> None:
    """N-120 to N-122, N-180."""
    (tmp_path / "hamr.toml").write_text(example(id))
    configuration = Configuration(environ(agent, HAMR_PROJECT_TRUST="always"), str(tmp_path))
    assert (configuration.problems, configuration.ids) == ([], [id])


def test_relay_needs_no_key_and_takes_any_model(
    colour: Colour, agent: Path, example: Example, provider: Canned
) -> None:
    written(agent, example("relay"), provider)
    with Hamr(environ=environ(agent, RELAY_API_KEY=""), folder=None) as client:
        assert colour.call(client, "hi", "relay/some-model").text == "hi"
    asked = provider.asked[-1]
    assert (asked.path, asked.headers["authorization"]) == ("/v1/chat/completions", "Bearer not-needed")
    assert asked.json["model"] == "some-model"


@pytest.mark.parametrize(
    ("id", "model"),
    [("lm-studio", "qwen2.5-coder-7b"), ("llama.cpp", "local-model")],
)
def test_a_server_of_ones_own_has_the_first_model_by_default(
    colour: Colour, agent: Path, provider: Canned, example: Example, id: str, model: str
) -> None:
    written(agent, example(id), provider)
    with Hamr(environ=environ(agent), folder=None) as client:
        response = colour.call(client, "hi", id)
    assert provider.asked[-1].json["model"] == model
    assert response.cost.usd == 0  # H-17: servers of one's own cost nothing


def test_flags_are_those_of_the_wire(colour: Colour, agent: Path, example: Example, provider: Canned) -> None:
    """H-11: `system` in place of `developer`, and no `reasoning_effort`."""
    written(agent, example("llama.cpp"), provider)
    with Hamr(environ=environ(agent), folder=None) as client:
        colour.call(client, "hi", "llama.cpp/local-model", system="Be brief.", thinking="high")
    body = provider.asked[-1].json
    assert body["messages"][0]["role"] == "system"
    assert "reasoning_effort" not in body


def test_keys_and_headers_come_from_the_environment(
    colour: Colour, agent: Path, example: Example, provider: Canned
) -> None:
    """H-13, H-34, H-15, H-16."""
    written(agent, example("access"), provider)
    with Hamr(environ=environ(agent), folder=None) as client:
        colour.call(client, "hi", "relay/m")
    headers = provider.asked[-1].headers
    assert headers["authorization"] == "Bearer sk-relay"
    assert (headers["cf-access-client-id"], headers["cf-access-client-secret"]) == ("id-1", "secret-1")


def test_a_header_may_be_what_a_command_prints(
    colour: Colour, agent: Path, example: Example, provider: Canned, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """H-14: quotes in a command stay its own; H-64: it is run for each call."""
    program = tmp_path / "op"
    program.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/ran\necho secret-of-$2\n')
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    written(agent, example("custom-proxy"), provider)
    provider.answer(REPLY)
    with Hamr(environ=environ(agent), folder=None) as client:
        for _ in range(2):
            colour.call(client, "hi", "custom-proxy/proxy-model")
    headers = provider.asked[-1].headers
    assert headers["authorization"] == "Bearer sk-proxy"
    assert headers["x-custom-auth"] == "secret-of-op://vault/item/secret"
    assert (tmp_path / "ran").read_text() == "read op://vault/item/secret\n" * 2


def test_prices_are_for_a_million_tokens(agent: Path, example: Example) -> None:
    """C-3, H-17, H-47."""
    (agent / "models.json").write_text(example("my-provider").replace('"..."', '"https://api.example.com/v1"'))
    with Hamr(environ=environ(agent), folder=None) as client:
        charge: Any = client.pipeline("my-provider/model-id").charge
        cost = charge(Usage(input=1_000_000, output=1_000_000, cache_read=500), "model-id", None, "2026-11-25")
    assert cost.usd == Decimal("1.37")


def test_a_models_own_name_and_bounds_are_known(agent: Path, example: Example) -> None:
    (agent / "models.json").write_text(example("qwen"))
    with Hamr(environ=environ(agent), folder=None) as client:
        charge: Any = client.pipeline("relay/Qwen3.6-35B-A3B-UD-IQ3_XXS.gguf").charge
        row = charge.row()
    assert (row.name, row.context_window, row.reasoning, row.input) == ("Qwen3.6 35B", 131072, False, ("text",))


def test_a_proxy_of_a_project_is_called(
    colour: Colour, agent: Path, example: Example, provider: Canned, tmp_path: Path
) -> None:
    """An untrusted project may bring a provider with a key of its own (C-5)."""
    (tmp_path / "hamr.toml").write_text(example("my_proxy").replace("https://llm.example.com", provider.url))
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
