"""Fields of a provider and of its models in a file, in either spelling, and what a call becomes by them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hamr import Hamr
from hamr.config.entry import APIS
from hamr.types import Message, Request, Text, ThinkingConfig, ThinkingLevel
from hamr_testkit.canned import Canned
from hamr_testkit.colours import Colour
from hamr_testkit.spoken import Spoken

REPLY = {"choices": [{"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}]}
URL = "http://127.0.0.1:9/v1"


def mine(folder: Path, **fields: Any) -> dict[str, str]:
    """The environment in which `models.json` has this entry."""
    (folder / "models.json").write_text(json.dumps({"providers": {"mine": {"baseUrl": URL, **fields}}}))
    return {"HAMR_AGENT_DIR": str(folder), "HAMR_CONFIG_DIR": str(folder)}


def row(environ: dict[str, str], model: str) -> Any:
    """What is known of a model."""
    with Hamr(environ=environ, folder=None) as client:
        charge: Any = client.pipeline(model).charge
        return charge.row()


@pytest.mark.parametrize(
    ("said", "header", "sent"),
    [
        ({"authHeader": True}, "authorization", "Bearer k"),
        ({"authHeader": "x-my-key"}, "x-my-key", "k"),
        ({}, "authorization", "Bearer k"),
    ],
)
def test_a_key_goes_in_the_header_that_is_named(
    colour: Colour, provider: Canned, tmp_path: Path, said: dict[str, Any], header: str, sent: str
) -> None:
    """H-32, H-35."""
    provider.answer(REPLY)
    environ = mine(tmp_path, baseUrl=provider.url, apiKey="k", **said)
    with Hamr(environ=environ, folder=None) as client:
        colour.call(client, "hi", "mine/m")
    assert provider.asked[0].headers[header] == sent


@pytest.mark.parametrize(
    ("level", "sent"),
    [("off", "lo"), ("minimal", "lo"), ("low", "lo"), ("medium", "medium"), ("high", "hi"), ("xhigh", "xhigh")],
)
def test_levels_of_thinking_have_names_or_are_not_there(tmp_path: Path, level: ThinkingLevel, sent: str) -> None:
    """H-43: null is a level that the model has not; one that is left out goes by its own name."""
    levels = {"off": None, "minimal": None, "low": "lo", "high": "hi"}
    environ = mine(tmp_path, apiKey="k", models=[{"id": "m", "reasoning": True, "thinkingLevelMap": levels}])
    with Hamr(environ=environ, folder=None) as client:
        pipeline = client.pipeline("mine/m")
    request = Request((Message("user", (Text("x"),)),), thinking=ThinkingConfig(level))
    body, told = Spoken(pipeline.wire, pipeline.route).body(request)
    assert body["reasoning_effort"] == sent
    assert told == ([("clamped", "thinking.level")] if level in ("off", "minimal") else [])


def test_what_is_said_of_a_model_is_known_and_nothing_is_made_up(tmp_path: Path) -> None:
    """H-18, H-39, H-40, H-42, H-44 to H-47: what nobody says is unknown."""
    said = {"id": "m", "name": "M", "reasoning": True, "input": ["text", "image"], "contextWindow": 7, "maxTokens": 5}
    environ = mine(tmp_path, models=[said, {"id": "bare", "cost": {"input": 1}}])
    known = row(environ, "mine/m")
    assert (known.id, known.name, known.reasoning, known.input) == ("m", "M", True, ("text", "image"))
    assert (known.context_window, known.max_tokens) == (7, 5)
    bare = row(environ, "mine/bare")
    assert (bare.id, bare.name, bare.reasoning, bare.input, bare.context_window, bare.max_tokens) == (
        *("bare", None, None, (), None, None),
    )
    (price,) = bare.price
    assert (price.input, price.output) == (1, None)


def test_a_model_thinks_as_its_file_says_where_a_call_does_not(
    colour: Colour, provider: Canned, tmp_path: Path
) -> None:
    """H-93."""
    said = [{"id": "m", "defaultThinking": "high"}, {"id": "n", "defaultThinking": "very"}, {"id": "o"}]
    environ = mine(tmp_path, baseUrl=provider.url, apiKey="k", models=said)
    for _ in range(3):
        provider.answer(REPLY)
    with Hamr(environ=environ, folder=None) as client:
        for model, more in (("m", {}), ("m", {"thinking": "low"}), ("o", {})):
            colour.call(client, "hi", f"mine/{model}", **more)
        problems = [str(each) for each in client.providers.configuration.problems]
    assert [asked.json.get("reasoning_effort") for asked in provider.asked] == ["high", "low", None]
    assert len(problems) == 1
    assert "default_thinking of mine/n must be one of off, minimal, low" in problems[0]


def test_toml_has_names_of_its_own_for_the_same(tmp_path: Path) -> None:
    """H-93, N-121, N-123: Harn's names, and those of Hamr's own TOML."""
    (tmp_path / "providers.toml").write_text(
        f"""[providers.mine]
display_name = "Mine"
compatibility = "openai-compatible"
base_url = "{URL}"
chat_endpoint = "/talk"
auth_style = "header"
auth_header = "x-key"
auth_env = ["FIRST_KEY", "SECOND_KEY"]
extra_headers = {{ x-more = "more" }}
rate_limits = {{ rpm = 5, concurrency = 2 }}
[[providers.mine.models]]
id = "m"
display_name = "M"
context_window = 7
max_output_tokens = 5
supports_thinking = true
supports_vision = true
"""
    )
    environ = {"HAMR_AGENT_DIR": str(tmp_path), "HAMR_CONFIG_DIR": str(tmp_path), "SECOND_KEY": "k"}
    with Hamr(environ=environ, folder=None) as client:
        pipeline = client.pipeline("mine/m")
    route = pipeline.route
    assert (route.provider.name, route.wire, route.provider.limits.rpm) == ("Mine", "openai-completions", 5)
    assert (route.provider.auth.style, route.provider.auth.header) == ("header", "x-key")
    secret = route.secret()
    assert secret is not None
    assert secret.reveal() == "k"
    assert pipeline.wire.encode(Request((Message("user", (Text("x"),)),)), route).url.endswith("/talk")
    known = row(environ, "mine/m")
    assert (known.name, known.context_window, known.max_tokens, known.reasoning) == ("M", 7, 5, True)
    assert "image" in known.input


@pytest.mark.parametrize(("api", "wire"), APIS.items())
def test_each_name_of_a_wire_is_known(tmp_path: Path, api: str, wire: str) -> None:
    """H-33."""
    environ = mine(tmp_path, api=api, apiKey="k")
    with Hamr(environ=environ, folder=None) as client:
        assert client.providers.provider("mine", environ).wire == wire


def test_a_model_of_a_file_takes_the_place_of_the_plugins(tmp_path: Path, install: Any) -> None:
    """V-44, H-37: the same id is that of the file, the others stay."""
    manifest = f'api = 1\nid = "mine"\nname = "x"\nbase_url = "{URL}"\nwire = "openai-completions"\n'
    package = install("mine", manifest=manifest)
    listed = ('[[model]]\nid = "one"\nname = "One"\n', '[[model]]\nid = "two"\nname = "Two"\n')
    (package / "models.toml").write_text("".join(listed))
    environ = mine(tmp_path, models=[{"id": "one", "name": "My one"}, {"id": "three", "name": "Three"}])
    assert [row(environ, f"mine/{id}").name for id in ("one", "two", "three")] == ["My one", "Two", "Three"]
