"""`hamr capabilities`: one model, and all rules."""

from __future__ import annotations

from typing import Any


def lines(ran: Any) -> list[str]:
    return [" ".join(line.split()) for line in ran.out.splitlines()]


def test_one_model_with_every_field(hamr: Any) -> None:
    """M-53: yes, no and unknown are told apart."""
    ran = hamr("capabilities", "claude-opus-4-7")
    assert ran.code == 0
    assert {
        "provider anthropic",
        "model claude-opus-4-7",
        "tool_search bm25, regex",
        "max_tools 10000",
        "supports_assistant_prefill no",
        "prompt_caching yes",
        "responses_api ?",
    } <= set(lines(ran))
    assert any(
        line.startswith("from *claude-opus-* from 4.7 in capabilities.toml of hamr-provider-anthropic")
        for line in lines(ran)
    )


def test_the_same_for_programs(hamr: Any) -> None:
    told = hamr("capabilities", "-p", "groq", "llama-3.3-70b-versatile", "--json").json["models"][0]
    assert (told["provider"], told["model"]) == ("groq", "llama-3.3-70b-versatile")
    assert told["capabilities"]["thinking"] is False
    assert told["capabilities"]["max_tools"] is None
    assert told["rules"][0]["date"]


def test_the_rules_of_a_provider_in_their_order(hamr: Any) -> None:
    told = hamr("capabilities", "-p", "openai", "--json").json["rules"]
    matches = [rule["match"] for rule in told]
    assert matches.index("gpt-* from 5.4") < matches.index("gpt-* from 5.0")
    assert {rule["provider"] for rule in told} == {"openai"}
    assert lines(hamr("capabilities", "-p", "openai"))[0].startswith("provider models tools")
    assert {rule["provider"] for rule in hamr("capabilities", "--json").json["rules"]} > {
        "anthropic",
        "openai",
        "ollama",
    }


def test_a_provider_that_is_not_there(hamr: Any) -> None:
    assert hamr("capabilities", "-p", "nobody").code == 2
    assert hamr("capabilities", "-p", "nobody", "m").code == 2
