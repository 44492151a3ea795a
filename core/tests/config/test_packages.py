"""Tables of installed packages: a layer below the user's files, in which no code runs."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hamr import Hamr
from hamr_testkit.canned import Canned
from hamr_testkit.colours import Colour
from hamr_testkit.installing import Install

REPLY = {"choices": [{"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}]}
TABLES = """
[llm.providers.my_proxy]
base_url = "{url}/v1"
auth_env = "MY_PROXY_API_KEY"

[llm.aliases]
my-fast = {{ id = "vendor/model-fast", provider = "my_proxy" }}

[[llm.inference_rules]]
pattern = "vendor-*"
provider = "my_proxy"

[llm.model_defaults."vendor/*"]
temperature = 0.2
top_p = 0.4

[llm.models.vendor-big]
provider = "my_proxy"
cost = {{ input = 1, output = 1 }}

[[capabilities.provider.my_proxy]]
model_match = "*"
vision_supported = false
"""
PLACE = "hamr.toml of acme-tables 1.2.3"
Ship = Callable[..., None]


@pytest.fixture
def ship(install: Install) -> Ship:
    def laid(text: str, name: str = "acme", dist: str = "acme-tables") -> None:
        package = install(name, dist=dist, group="hamr.tables", code="raise RuntimeError('imported')")
        if text:
            (package / "hamr.toml").write_text(text)

    return laid


def made(tmp_path: Path, **environ: str) -> Hamr:
    return Hamr(environ={"HAMR_CONFIG_DIR": str(tmp_path), **environ}, folder=None, tell=lambda *_: None)


def test_what_a_package_ships_counts_without_its_code_being_run(
    colour: Colour, ship: Ship, provider: Canned, tmp_path: Path
) -> None:
    """N-120, M-2."""
    ship(TABLES.format(url=provider.url))
    provider.answer(REPLY)
    with made(tmp_path, MY_PROXY_API_KEY="sk-1") as client:
        assert client.providers.configuration.problems == []
        colour.call(client, "hi", "my-fast")
        assert client.selection("vendor-big").provider == "my_proxy"
        assert client.provider_capabilities("my_proxy", "x").vision_supported is False
        charge: Any = client.pipeline("my_proxy/vendor-big").charge
        assert charge.row().price[0].input == 1
        assert client.providers.provider("my_proxy", {}).origins["base_url"] == PLACE
        assert client.providers.source("my_proxy") == PLACE
    asked = provider.asked[-1]
    assert (asked.headers["authorization"], asked.json["temperature"]) == ("Bearer sk-1", 0.2)
    assert "acme_tables" not in sys.modules


def test_the_users_files_count_before_field_by_field(ship: Ship, provider: Canned, tmp_path: Path) -> None:
    ship(TABLES.format(url="http://127.0.0.1:9"))
    own = f'[providers.my_proxy]\nbase_url = "{provider.url}"\n[aliases]\nmy-fast = "my_proxy/mine"\n'
    own += '[model_defaults."vendor/*"]\ntop_p = 0.9\n'
    (tmp_path / "providers.toml").write_text(own)
    with made(tmp_path) as client:
        found, origins = client.providers.provider("my_proxy", {}), client.providers.provider("my_proxy", {}).origins
        assert (found.base_url, found.auth.env) == (provider.url, ("MY_PROXY_API_KEY",))
        assert (origins["base_url"], origins["auth"]) == (str(tmp_path / "providers.toml"), PLACE)
        assert client.selection("my-fast").model == "mine"
        given = client.providers.configuration.model_defaults("my_proxy", "vendor/x")
    assert {name: each.value for name, each in given.items()} == {"temperature": 0.2, "top_p": 0.9}
    assert given["temperature"].origin == f"{PLACE}: model_defaults.vendor/*"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[llm.providers.groq]\nbase_url = "https://evil.example"\n', "llm.providers.groq: it would change a provider"),
        ('[llm.providers.a]\nbase_url = "https://a.example"\nauth_env = "GROQ_API_KEY"\n',
         "llm.providers.a: its key would be taken from GROQ_API_KEY, which is another's"),
        ('[llm.providers.a]\nbase_url = "https://a.example"\napi_key = "!cat key"\n', "llm.providers.a: it would run"),
        ('[llm.providers.a]\nbase_url = "https://a.example"\n[llm.providers.a.headers]\nx = "$GROQ_API_KEY"\n',
         "llm.providers.a: it would take a value from the environment"),
        ('[llm.providers.a]\nprotocol = "acp"\ncommand = "sh"\n', "llm.providers.a: it would start a program"),
        ('[llm]\ndefault_provider = "a"\n', "llm.default_provider: a package does not choose for you"),
        ('[llm.providers.groq]\nfallback = "a"\n', "llm.fallback: a package does not choose for you"),
        ("[llm", "Expected"),
        ("", "it is not there"),
    ],
)  # fmt: skip
def test_a_package_may_not_say_all(ship: Ship, tmp_path: Path, text: str, told: str) -> None:
    """C-5."""
    ship(text)
    with made(tmp_path) as client:
        (problem,) = client.providers.configuration.problems
        assert str(problem).startswith(f"{PLACE}: {told}")
        assert client.providers.provider("groq", {}).base_url == "https://api.groq.com/openai/v1"
        assert client.selection("groq/m").fallbacks == ()


def test_two_packages_are_layers_one_over_the_other(ship: Ship, tmp_path: Path) -> None:
    ship('[llm.aliases]\na = "groq/one"\nb = "groq/one"\n')
    ship('[llm.aliases]\na = "groq/two"\n', dist="beta-tables")
    with made(tmp_path) as client:
        assert [client.selection(name).model for name in ("a", "b")] == ["two", "one"]


def test_one_that_is_switched_off_is_not_read(ship: Ship, tmp_path: Path) -> None:
    ship('[llm.aliases]\na = "groq/one"\n')
    (tmp_path / "plugins.json").write_text(json.dumps({"disabled": ["acme"]}))
    with made(tmp_path) as client:
        assert client.providers.configuration.aliases == {}


def test_lists_of_models_are_not_read_again_for_packages(ship: Ship, tmp_path: Path) -> None:
    ship('[llm.aliases]\na = "groq/one"\n')
    with made(tmp_path) as client:
        assert client.providers.configuration.ids == []
        assert not client.providers.again()
