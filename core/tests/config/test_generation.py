"""`[model_defaults]`: options that files give for models whose name fits a pattern."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from hamr import Hamr
from hamr.config.configuration import Configuration
from hamr_testkit.canned import Canned
from hamr_testkit.colours import Colour

REPLY = {"choices": [{"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}]}


def given(tmp_path: Path, text: str, model: str, provider: str = "acme") -> dict[str, Any]:
    (tmp_path / "providers.toml").write_text(text)
    found = Configuration({"HAMR_CONFIG_DIR": str(tmp_path)}).model_defaults(provider, model)
    return {name: each.value for name, each in found.items()}


@pytest.mark.parametrize(
    ("model", "found"),
    [
        ("qwen/qwen3-8b", {"temperature": 0.3, "top_p": 0.9}),
        ("Qwen/QWEN3-8b", {"temperature": 0.3, "top_p": 0.9}),
        ("qwen/qwen3-large", {"temperature": 0.3, "thinking": "high"}),
        ("llama", {"top_p": 0.9}),
        ("kimi", {"top_p": 0.9, "max_tokens": 8192, "thinking": "off"}),
    ],
)
def test_the_narrowest_pattern_counts_field_by_field(tmp_path: Path, model: str, found: dict[str, Any]) -> None:
    """N-125, N-203; `_unset` takes away what a broader one gives."""
    text = """
[model_defaults."qwen/qwen3-large"]
_unset = ["top_p"]
reasoning_effort = "high"
[model_defaults."qwen/*"]
temperature = 0.3
[model_defaults."*"]
top_p = 0.9
[model_defaults."acme/kimi"]
max_tokens = 8192
reasoning_effort = "none"
"""
    assert given(tmp_path, text, model) == found


def test_models_of_one_group_have_its_defaults(tmp_path: Path) -> None:
    text = """
[models.gpt-oss-120b]
provider = "acme"
logical_model = "openai-gpt-oss-120b"
[model_defaults."logical:openai-gpt-oss-120b"]
temperature = 1
[model_defaults."acme/gpt-oss-120b"]
temperature = 0.4
[model_defaults."logical:other"]
top_p = 1
"""
    assert given(tmp_path, text, "gpt-oss-120b") == {"temperature": 0.4}
    assert given(tmp_path, text, "gpt-oss-120b", "else") == {}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("model_defaults = 3", "model_defaults: it must be a table"),
        ("[model_defaults]\ntemperature = 3", "model_defaults.temperature: it must be a table"),
        ('[model_defaults."a*"]\ntemperature = "hot"', "model_defaults.a*: temperature must be a number"),
        ('[model_defaults."a*"]\ntemprature = 1', "model_defaults.a*: temprature: unknown field (did you mean"),
        ('[model_defaults."a*"]\nreasoning_effort = "extreme"', "model_defaults.a*: reasoning_effort must be one of"),
        ('[model_defaults."a*"]\n_unset = ["heat"]', "model_defaults.a*: _unset must be a list of"),
    ],
)
def test_what_is_awry_is_told_and_the_rest_counts(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "providers.toml").write_text(f'{text}\n[aliases]\na = "acme/b"\n')
    there = Configuration({"HAMR_CONFIG_DIR": str(tmp_path)})
    assert [str(each).startswith(f"{tmp_path}/providers.toml: {told}") for each in there.problems] == [True]
    assert "a" in there.aliases


@pytest.fixture
def own(tmp_path: Path, provider: Canned) -> Path:
    text = f"""
[providers.acme]
base_url = "{provider.url}/v1"
[model_defaults."acme/*"]
temperature = 0.25
stop = "END"
options = {{ top_k = 7, min_p = 0.1 }}
[model_defaults."acme/thinker"]
thinking = "low"
"""
    (tmp_path / "providers.toml").write_text(text)
    return tmp_path


def made(own: Path) -> Hamr:
    return Hamr(environ={"HAMR_CONFIG_DIR": str(own), "HAMR_STATE_DIR": str(own)}, folder=None)


def test_what_the_call_says_counts_before(colour: Colour, own: Path, provider: Canned) -> None:
    provider.answer(REPLY)
    provider.answer(REPLY)
    with made(own) as client:
        colour.call(client, "hi", "acme/thinker")
        colour.call(client, "hi", "acme/plain", temperature=1.5, stop=["X"], options={"min_p": 0.2})
    first, second = (asked.json for asked in provider.asked)
    assert (first["temperature"], first["stop"], first["top_k"], first["reasoning_effort"]) == (0.25, ["END"], 7, "low")
    assert (second["temperature"], second["stop"], second["top_k"], second["min_p"]) == (1.5, ["X"], 7, 0.2)
    assert "reasoning_effort" not in second


def test_each_candidate_of_a_pool_has_its_own(own: Path, provider: Canned) -> None:
    provider.answer({"error": {"message": "down"}}, status=503)
    provider.answer(REPLY)
    with made(own) as client:
        asyncio.run(client.acall("hi", ["acme/thinker", "acme/plain"], retries=0))
    assert [asked.json.get("reasoning_effort") for asked in provider.asked] == ["low", None]


def test_a_preview_has_them_too(own: Path) -> None:
    with made(own) as client:
        assert b'"temperature":0.25' in client.preview("hi", "acme/plain").body
