"""What is known of a model, what is not sent to it therefore, and rules that come at run time."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

import hamr
from hamr import Hamr
from hamr.capabilities.fit import FIELDS
from hamr.errors import BrokenReply, ConfigError, Unsupported
from hamr.types import Image, Message, Text
from hamr_testkit.colours import Colour

RULES = '[[provider.sim]]\nmodel_match = "echo*"\ntemperature_supported = false\nthinking_modes = []\n'


def told(answer: Any) -> list[tuple[str, str]]:
    return [(each.kind, each.field) for each in answer.adaptations]


def test_what_a_model_does_not_take_is_left_out_and_told(colour: Colour) -> None:
    """N-104, M-32: in both colours, and as soon as the rule is there."""
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


OPTIONS: dict[str, Any] = {
    "temperature": 0.5,
    "top_p": 0.5,
    "top_k": 5,
    "seed": 7,
    "frequency_penalty": 0.1,
    "presence_penalty": 0.1,
    "thinking": "high",
}
"""What a call may be given, of which a model may know nothing."""


@pytest.mark.parametrize("said", ["true", "false", None], ids=["yes", "no", "unknown"])
@pytest.mark.parametrize("name", OPTIONS)
def test_each_option_goes_as_the_matrix_says_and_never_in_silence(colour: Colour, name: str, said: str | None) -> None:
    """Pain 41: yes and unknown are sent, no is left out and told; each by itself, in both colours."""
    capability = FIELDS[name].replace("thinking", "thinking_modes")
    value = said if name != "thinking" else {"true": '["effort"]', "false": "[]"}.get(said or "")
    rule = "" if said is None else f'[[provider.sim]]\nmodel_match = "echo"\n{capability} = {value}\n'
    with Hamr(environ={}, folder=None) as client:
        client.capabilities.install(rule)
        answer = colour.call(client, "hi", "sim/echo", **OPTIONS)
        free = client.preview("hi", "sim/echo", **OPTIONS)
        by_matrix = [each.field for each in answer.adaptations if "installed at run time" in each.why]
        assert by_matrix == ([name] if said == "false" else [])
    sent = {"thinking" if field == "reasoning_effort" else field for field in json.loads(free.body)}
    assert sent | {each.field for each in free.adaptations} >= OPTIONS.keys()
    assert (name in sent) is (said != "false" and name != "top_k")  # which that wire has not


LACKING = """
[[provider.sim]]
model_match = "echo"
native_tools = false
vision_supported = false
structured_output_mode = "none"
background_mode = false
compaction = false
"""


@hamr.tool
def look() -> str:
    """Look."""
    return "nothing"


CAT = Image(data=b"\x89PNG\r\n\x1a\n", media_type="image/png")
SEE = Message("user", (Text("see"), CAT))
SAW = (SEE, Message("assistant", (Text("a cat"),)), Message("user", (Text("and now?"),)))


def test_what_cannot_be_left_out_is_refused_before_it_is_sent(colour: Colour) -> None:
    with Hamr(environ={}, folder=None) as client:
        client.capabilities.install(LACKING)
        with pytest.raises(Unsupported, match=r"sim/echo calls no tools.*installed at run time") as caught:
            colour.call(client, "hi", "sim/echo", tools=[look])
        assert "docs/capabilities.md" in caught.value.hint
        with pytest.raises(Unsupported, match="sim/echo takes no images"):
            colour.call(client, [SEE], "sim/echo")
        with pytest.raises(Unsupported, match="sim/echo has no answers in the background"):
            colour.call(client, "hi", "sim/echo", api_mode="responses", background=True)
        with pytest.raises(Unsupported, match="sim/echo has no way to make a conversation shorter"):
            client.compact("hi", "sim/echo", api_mode="responses")


def test_what_can_be_is_left_out_and_told_in_both_colours(colour: Colour) -> None:
    class Person(BaseModel):
        age: int

    with Hamr(environ={}, folder=None) as client:
        client.capabilities.install(LACKING)
        answer = colour.call(client, SAW, "sim/echo")
        assert ("changed", "messages[0].parts[1]") in told(answer)
        with pytest.raises(BrokenReply, match="no Person") as caught:
            colour.call(client, "hi", "sim/echo", response_format=Person)
        assert caught.value.partial is not None
        assert ("emulated", "response_format") in told(caught.value.partial)


def test_another_model_of_the_call_serves_what_the_first_does_not_take(colour: Colour, tmp_path: Path) -> None:
    """R-80, R-81, M-72: tools and images go to who takes them, as long as there is one."""
    environ = {"HAMR_STATE_DIR": str(tmp_path / "state")}
    with Hamr(environ=environ, folder=None) as client:
        client.capabilities.install(LACKING)
        answer = colour.call(client, [SEE], ["sim/echo", "sim/thinking"])
        assert answer.choice is not None
        assert answer.choice.selector == "sim/thinking"
        assert "takes no images" in answer.choice.passed_over[0].why
        assert colour.call(client, "hi", ["sim/echo", "sim/thinking"], tools=[look]).choice.selector == "sim/thinking"


def test_a_rule_of_the_users_own_and_an_option_overrule_the_matrix(tmp_path: Path) -> None:
    """C-52: what the user says wins over what a plugin says; a field of the body that is given as it is, over both."""
    place = tmp_path / "hamr" / "providers.toml"
    place.parent.mkdir()
    with Hamr(environ={}, folder=None) as client, pytest.raises(Unsupported, match="at most 10,000"):
        client.preview("hi", "anthropic/claude-opus-4-7", tools=[hamr.Tool(f"t{n}") for n in range(10_001)])
    place.write_text(
        '[[capabilities.provider.anthropic]]\nmodel_match = "claude-opus-4-7"\nextends = true\nmax_tools = 20000\n'
        '[[capabilities.provider.sim]]\nmodel_match = "*"\ntemperature_supported = false\n',
        "utf-8",
    )
    with Hamr(environ={"XDG_CONFIG_HOME": str(tmp_path)}, folder=None) as client:
        client.preview("hi", "anthropic/claude-opus-4-7", tools=[hamr.Tool(f"t{n}") for n in range(10_001)])
        call = client.preview("hi", "sim/echo", temperature=0.5, options={"temperature": 0.7})
    assert b'"temperature":0.7' in call.body


def test_variables_of_a_provider_say_what_all_of_its_models_can_do(colour: Colour) -> None:
    """R-47, R-49, C-52: over what files and plugins say, for this provider and none of its siblings."""
    environ = {"OPENAI_SUPPORTS_TOOLS": "0", "SIM_SUPPORTS_TOOLS": "no", "SIM_REASONING": "0"}
    with Hamr(environ={**environ, "HAMR_SIM_MAX_OUTPUT_TOKENS": "50"}, folder=None) as client:
        answer = colour.call(client, "hi", "sim/echo", thinking="high", max_tokens=60)
        assert {("dropped", "thinking"), ("clamped", "max_tokens")} <= set(told(answer))
        with pytest.raises(Unsupported, match="says SIM_SUPPORTS_TOOLS and SIM_REASONING and HAMR_SIM_MAX_OUTPUT"):
            colour.call(client, "hi", "sim/echo", tools=[look])
        assert client.provider_capabilities("openai", "gpt-5").native_tools is False
        assert client.provider_capabilities("groq", "openai/gpt-oss-20b").native_tools is True
        assert client.provider_capabilities("deepseek", "gpt-5").native_tools is None
    with Hamr(environ={"OLLAMA_SUPPORTS_TOOLS": "1", "OLLAMA_REASONING": "1"}, folder=None) as client:
        known = client.provider_capabilities("ollama", "llava")
        assert (known.native_tools, known.thinking, known.vision_supported) == (True, True, True)


def test_what_a_router_s_probes_have_found_out_is_read(tmp_path: Path) -> None:
    """R-42, R-115: while it is fresh, and behind what the user says."""
    place = tmp_path / "router_state.json"
    found = {
        "groq": {"model": "Quux-1", "supports_tools": False, "reasoning": True, "rating": 2, "latency_ms": 80},
        "openai": {"model": "quux-2", "supports_tools": None, "reasoning": False},
        "odd": "x",
        "odder": {"supports_tools": True},
    }
    environ = {"ROUTER_STATE_FILE": str(place)}

    def known(model: str, at: float | None = None, **more: str) -> Any:
        place.write_text(json.dumps({"last_updated_ts": time.time() if at is None else at, "providers": found}))
        with Hamr(environ={**environ, **more}, folder=None) as client:
            return client.provider_capabilities(*model.split("/"))

    assert known("groq/quux-1").native_tools is False
    assert known("groq/quux-1").thinking_modes == ("effort",)
    assert known("openai/quux-2").thinking_modes == ()
    assert known("groq/quux-1", GROQ_SUPPORTS_TOOLS="1").native_tools is True
    assert known("groq/quux-1", GROQ_QUUX_1_SUPPORTS_TOOLS="1").native_tools is True
    assert known("groq/quux-1", time.time() - 90_000).native_tools is not False, "a day is over"
    assert known("groq/quux-1", time.time() + 90_000).native_tools is not False, "it is from a time to come"
    assert known("groq/quux-1", time.time() - 90_000, ROUTER_STATE_TTL_HOURS="48").native_tools is False
    assert known("groq/quux-1", ROUTER_STATE_TTL_HOURS="0").native_tools is not False


@pytest.mark.parametrize("text", ["{", "[]", '{"providers": []}', '{"providers": {}}', '{"providers": {"groq": 1}}'])
def test_a_router_s_file_awry_counts_for_nothing(tmp_path: Path, text: str) -> None:
    place = tmp_path / "router_state.json"
    place.write_text(text)
    told: list[str] = []
    environ = {"ROUTER_STATE_FILE": str(place)}
    with Hamr(environ=environ, folder=None, tell=lambda text, _: told.append(text)) as client:
        assert client.provider_capabilities("groq", "quux-1").native_tools is not False
    assert [text for text in told if "counts for nothing: it is no JSON" in text] == (told if text == "{" else [])


def test_variables_of_a_model_count_before_those_of_its_provider() -> None:
    """R-53."""
    environ = {"GROQ_SUPPORTS_TOOLS": "1", "GROQ_QWEN_QWEN3_32B_SUPPORTS_TOOLS": "0", "HAMR_SIM_ECHO_REASONING": "0"}
    with Hamr(environ=environ, folder=None) as client:
        assert client.provider_capabilities("groq", "qwen/qwen3-32b").native_tools is False
        assert client.provider_capabilities("groq", "openai/gpt-oss-20b").native_tools is True
        assert client.provider_capabilities("sim", "echo").thinking_modes == ()
        assert client.provider_capabilities("sim", "slow").thinking_modes != ()
    with Hamr(environ={"SIM_ECHO_SUPPORTS_TOOLS": "some"}, folder=None) as client:
        assert client.call("hi", "sim/slow", tools=[look]).text
        with pytest.raises(ConfigError, match="SIM_ECHO_SUPPORTS_TOOLS='some' is neither yes nor no"):
            client.call("hi", "sim/echo", tools=[look])


@pytest.mark.parametrize(
    ("variable", "value"), [("SIM_SUPPORTS_TOOLS", "2"), ("SIM_REASONING", "some"), ("SIM_MAX_OUTPUT_TOKENS", "-1")]
)
def test_a_variable_that_says_nothing_clear_is_told(variable: str, value: str) -> None:
    with Hamr(environ={variable: value}, folder=None) as client, pytest.raises(ConfigError, match=variable):
        client.call("hi", "sim/echo", tools=[look])


def test_nothing_is_looked_up_for_a_call_that_nobody_would_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str | None, ...]] = []
    with Hamr(environ={}, folder=None) as client:
        of = client.capabilities.of

        def spied(*model: Any) -> Any:
            asked.append(model)
            return of(*model)

        monkeypatch.setattr(client.capabilities, "of", spied)
        client.call(["hi", SAW[1], "hey"], "sim/echo", stop=["x"])
        assert asked == []
        client.call("hi", "sim/echo", tools=[look])
        assert [each[:2] for each in asked] == [("sim", "echo")]


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
