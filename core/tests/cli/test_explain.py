"""`hamr explain`: where each part of a route comes from, and what would become of a request."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

MANIFEST = """id = "acme"
name = "Acme"
base_url = "https://api.acme.example/v1"
base_url_env = ["ACME_BASE_URL"]
wire = "openai-completions"
auth = { style = "header", header = "x-key", env = ["ACME_KEY", "ACME_OLD_KEY"] }
models = { chat = "acme-large" }
model_env = ["ACME_MODEL"]
key_url = "https://acme.example/keys"
[compat]
unsupported = ["seed"]
"""
FILE = "provider.toml of hamr-provider-acme 1.2.3"


@pytest.fixture(autouse=True)
def acme(install: Any) -> None:
    install("acme", manifest=MANIFEST)


def lines(ran: Any) -> list[str]:
    return [" ".join(line.split()) for line in ran.out.splitlines()]


def test_it_needs_no_key_and_tells_where_all_comes_from(hamr: Any) -> None:
    ran = hamr("explain", "-m", "acme", "--seed", "7", "--top-k", "5")
    assert (ran.code, ran.err) == (0, "")
    assert {
        "provider acme (from -m)",
        "plugin hamr-provider-acme 1.2.3",
        f"model acme-large (from {FILE})",
        f"wire openai-completions (from {FILE})",
        f"transport http (from {FILE})",
        f"base URL https://api.acme.example/v1 (from {FILE})",
        f"auth header (x-key) (from {FILE})",
        "key missing: ACME_KEY (get one at https://acme.example/keys)",
        "transport by hamr.transports.http.HttpTransport",
        "dropped seed this provider does not take it",
        "dropped top_k this wire has no such field",
    } <= set(lines(ran))
    assert any(line.startswith("request POST https://api.acme.example/v1/chat/completions, ") for line in lines(ran))
    assert "adapted nothing" in lines(hamr("explain", "-m", "acme"))


def test_it_tells_limits_and_where_they_are_kept(hamr: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAMR_RATE_LIMIT_ACME", "30")
    monkeypatch.setenv("HAMR_RATE_LIMIT_ACME_ACME_LARGE_CONCURRENCY", "2")
    monkeypatch.setenv("HAMR_STATE_DIR", "/tmp/state-of-acme")
    told = lines(hamr("explain", "-m", "acme"))
    assert "limits 30 calls a minute for acme; 2 calls at once for acme/acme-large" in told
    assert "state /tmp/state-of-acme (from HAMR_STATE_DIR)" in told


def test_it_tells_what_is_used_of_each_limit_and_how_each_key_stands(
    hamr: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """N-164: for every key, without calling."""
    monkeypatch.setenv("HAMR_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("HAMR_RATE_LIMIT_ACME", "30")
    monkeypatch.setenv("ACME_KEYS", "made-up-key-0123456789-aaaa,made-up-key-0123456789-bbbb")
    ran = hamr("explain", "-m", "acme")
    where = "(from the environment variable HAMR_RATE_LIMIT_ACME)"
    assert {
        "candidate 1 acme/acme-large with the key …aaaa",
        "candidate 2 acme/acme-large with the key …bbbb",
        f"limit 1 0 of 30 calls a minute used for acme with the key …aaaa {where}",
        f"limit 2 0 of 30 calls a minute used for acme with the key …bbbb {where}",
    } <= set(lines(ran))
    told = hamr("explain", "-m", "acme", "--json").json
    assert [(each["key"], each["breaker"], each["room"]) for each in told["candidates"]] == [
        ("…aaaa", "closed", []),
        ("…bbbb", "closed", []),
    ]
    assert [each["used"] for each in told["limits_in_force"]] == [0, 0]
    assert "made-up" not in ran.out


def test_it_tells_which_store_is_shared_without_its_password(hamr: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAMR_STATE_URL", "redis://:canary@redis.test/2")
    told = hamr("explain", "-m", "acme")
    assert "state redis://redis.test:6379/2 (from HAMR_STATE_URL)" in lines(told)
    assert "canary" not in told.out + told.err


def test_what_the_environment_says_is_told_by_its_variable(hamr: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"HAMR_LLM_MODEL": "acme", "ACME_BASE_URL": "http://localhost:1/v1", "ACME_MODEL": "mine",
                        "ACME_OLD_KEY": "sk-made-up-for-this-test"}.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    ran = hamr("explain")
    assert {
        "provider acme (from the environment variable HAMR_LLM_MODEL)",
        "model mine (from the environment variable ACME_MODEL)",
        "base URL http://localhost:1/v1 (from the environment variable ACME_BASE_URL)",
        "key ACME_OLD_KEY is set",
    } <= set(lines(ran))
    assert "made-up" not in ran.out + hamr("explain", "--json").out


@pytest.mark.parametrize(
    ("variables", "arguments", "provider", "model"),
    [
        ({}, ["-m", "acme/x/y"], "-m", ("x/y", "-m")),
        ({"HAMR_LLM_MODEL": "acme/x"}, [], "HAMR_LLM_MODEL", ("x", "HAMR_LLM_MODEL")),
        ({"HAMR_LLM_PROVIDER": "acme"}, [], "HAMR_LLM_PROVIDER", ("acme-large", FILE)),
        ({"HAMR_LLM_PROVIDER": "acme", "HAMR_LLM_MODEL": "x"}, [], "HAMR_LLM_PROVIDER", ("x", "HAMR_LLM_MODEL")),
    ],
)
def test_who_names_provider_and_model(
    hamr: Any,
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str],
    arguments: list[str],
    provider: str,
    model: tuple[str, str],
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    told = hamr("explain", *arguments, "--json").json
    assert told["provider"]["origin"].removeprefix("the environment variable ") == provider
    assert (told["model"]["value"], told["model"]["origin"].removeprefix("the environment variable ")) == model


def test_json_for_programs(hamr: Any) -> None:
    told = hamr("explain", "-m", "acme", "--json", "--seed", "7", "hello").json
    assert told["base_url"] == {"value": "https://api.acme.example/v1", "origin": FILE}
    assert told["key"]["status"] == "missing"
    assert told["key"]["variables"] == ["ACME_KEY", "ACME_OLD_KEY"]
    assert told["adaptations"] == [{"kind": "dropped", "field": "seed", "why": "this provider does not take it"}]
    assert (told["request"]["method"], told["problem"]) == ("POST", None)


def test_what_cannot_be_sent_is_told_with_all_the_rest(hamr: Any) -> None:
    ran = hamr("explain", "-m", "acme", "--file", "https://example.org/a.pdf", "hello")
    assert ran.code == 1
    assert "provider acme (from -m)" in lines(ran)
    assert any(line.startswith("problem ") for line in lines(ran))
    assert hamr("explain", "-m", "acme", "--file", "https://example.org/a.pdf", "--json").json["request"] is None


def test_standard_input_is_left_alone_but_for_a_dash(hamr: Any) -> None:
    assert hamr("explain", "-m", "acme", stdin=b"\xff").code == 0
    assert hamr("explain", "-m", "acme", "-", stdin=b"\xff").code == 2


def test_no_such_provider(hamr: Any) -> None:
    assert hamr("explain", "-m", "acmee").code == 2
    assert hamr("explain", "-m", "no/such/provider").code == 2


def test_each_step_and_who_was_refused_on_the_way(hamr: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """M-10, M-11."""
    told = hamr("explain", "-m", "acme-large:high", "--json").json
    assert [step["step"] for step in told["steps"]] == [
        "name", "environment", "own server", "lists", "rules", "near names"]  # fmt: skip
    assert [step["found"] for step in told["steps"]] == [None] * 5 + ["acme/acme-large"]
    assert told["steps"][3]["refused"] == [
        {"candidate": "acme/acme-large", "why": "it has no key (ACME_KEY or ACME_OLD_KEY)"}
    ]
    assert told["provider"] == {"value": "acme", "origin": "-m"}
    assert "environment passed: HAMR_LLM_PROVIDER is not set" in lines(hamr("explain", "-m", "acme-large"))
    assert "name acme/x: it begins with a provider" in lines(hamr("explain", "-m", "acme/x"))
    assert "name openai" not in hamr("explain", "-m", "gpt-4o").out
    assert hamr("explain", "-m", "gpt-4o", "--json").json["provider"]["value"] == "openai"
    monkeypatch.setattr("hamr.resolver.Resolver.defaults", ())
    assert hamr("explain").code == 2


def test_defaults_that_a_file_gives_for_a_model_are_told(
    hamr: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """N-125."""
    file = tmp_path / "providers.toml"
    file.write_text('[model_defaults."acme/*"]\ntemperature = 0.3\nstop = ["END"]\n')
    monkeypatch.setenv("HAMR_PROVIDERS_CONFIG", str(file))
    place = f"(from {file}: model_defaults.acme/*)"
    told = lines(hamr("explain", "-m", "acme"))
    assert {f"default temperature 0.3 {place}", f'default stop ["END"] {place}'} <= set(told)
    assert hamr("explain", "-m", "acme", "--json").json["defaults"]["temperature"]["value"] == "0.3"
