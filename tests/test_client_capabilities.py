"""What is known of a model, what is not sent to it therefore, and rules that come at run time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hamr import Hamr
from hamr.errors import ConfigError
from hamr_testkit.colours import Colour

RULES = '[[provider.sim]]\nmodel_match = "echo*"\ntemperature_supported = false\nthinking_modes = []\n'


def told(answer: Any) -> list[tuple[str, str]]:
    return [(each.kind, each.field) for each in answer.adaptations]


def test_what_a_model_does_not_take_is_left_out_and_told(colour: Colour) -> None:
    """M-32: in both colours, and as soon as the rule is there."""
    with Hamr(environ={}, folder=None) as client:
        free = colour.call(client, "hi", "sim/echo", temperature=0.5)
        client.capabilities.install(RULES)
        bound = colour.call(client, "hi", "sim/echo", temperature=0.5, thinking="high", max_tokens=50)
        other = colour.call(client, "hi", "sim/thinking", temperature=0.5)
        client.capabilities.clear()
        again = colour.call(client, "hi", "sim/echo", temperature=0.5)
    assert ("dropped", "temperature") in told(bound)
    assert ("dropped", "thinking") in told(bound)
    assert all(("dropped", "temperature") not in told(each) for each in (free, other, again))
    assert "what was installed at run time" in next(
        each.why for each in bound.adaptations if each.field == "temperature"
    )


def test_a_preview_shows_the_same() -> None:
    with Hamr(environ={}, folder=None) as client:
        client.capabilities.install(RULES)
        call = client.preview("hi", "sim/echo", temperature=0.5)
    assert b"temperature" not in call.body
    assert call.adaptations[0].field == "temperature"


def test_rules_awry_are_refused_whole() -> None:
    with Hamr(environ={}, folder=None) as client:
        for text in ("[[", RULES + "[[provider.sim]]\nbogus = 1\n"):
            with pytest.raises(ConfigError):
                client.capabilities.install(text)
        assert client.provider_capabilities("sim", "echo").temperature_supported is None


def test_files_of_configuration_count(tmp_path: Path) -> None:
    """N-103; what is wrong in them is told once."""
    place = tmp_path / "hamr" / "providers.toml"
    place.parent.mkdir()
    place.write_text(
        '[[capabilities.provider.sim]]\nmodel_match = "a*"\nmax_tools = 3\n[[capabilities.provider.sim]]\nbogus = 1\n'
        '[capabilities.provider_defaults.sim]\nseed_supported = false\n[provider_family]\nsim = "openai"\n',
        "utf-8",
    )
    warned: list[str] = []
    environ = {"XDG_CONFIG_HOME": str(tmp_path)}
    with Hamr(environ=environ, folder=None, tell=lambda text, _: warned.append(text)) as client:
        assert client.provider_capabilities("sim", "abc").max_tools == 3
        assert client.provider_capabilities("sim", "gpt-4o").vision_supported is True
        assert client.provider_capabilities("sim", "zzz").seed_supported is False
    assert len(warned) == 1
    assert "provider.sim[1]" in warned[0]


@pytest.mark.parametrize(
    ("provider", "model", "field", "value"),
    [
        ("anthropic", "claude-opus-4-7", "tool_search", ("bm25", "regex")),
        ("anthropic", "claude-opus-4-7", "max_tools", 10000),
        ("anthropic", "claude-opus-4-7", "supports_assistant_prefill", False),
        ("anthropic", "claude-opus-4-7", "structured_output_mode", "xml_tagged"),
        ("anthropic", "claude-3-5-haiku-latest", "thinking", False),
        ("openai", "gpt-5.4", "tool_search", ("hosted", "client")),
        ("openai", "gpt-5", "tool_search", None),
        ("openai", "o3", "temperature_supported", False),
        ("gemini", "gemini-2.5-pro", "message_wire_format", "gemini"),
        ("groq", "llama-3.3-70b-versatile", "frequency_penalty_supported", False),
        ("github_models", "openai/gpt-4o", "vision_supported", True),
        ("github_models", "openai/gpt-4o", "responses_api", None),
        ("ollama", "qwen3:8b", "tool_mode_parity", "native_only"),
        ("local", "anything", "top_k_supported", None),
    ],
)
def test_shipped_rules(provider: str, model: str, field: str, value: Any) -> None:
    with Hamr(environ={}, folder=None) as client:
        assert getattr(client.provider_capabilities(provider, model), field) == value


def test_every_shipped_rule_has_its_source_and_date() -> None:
    with Hamr(environ={}, folder=None) as client:
        matrix = client.capabilities.matrix
        rules = [rule for id in client.plugins.providers for rule, _ in matrix.rules(id)]
    assert len(rules) > 30
    assert all(rule.source and rule.date for rule in rules)
