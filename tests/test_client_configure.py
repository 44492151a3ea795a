"""What a program says of providers and models itself: over all files and the environment, below the call."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

import hamr
from hamr import ConfigError, Hamr
from hamr_testkit.canned import Canned
from hamr_testkit.colours import Colour

REPLY = {"choices": [{"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}]}
CODE = "what was configured in code"
CANARY = "sk-canary-0123456789"


def test_a_provider_is_added_and_its_key_counts_before_all_others(colour: Colour, provider: Canned) -> None:
    provider.answer(REPLY)
    with Hamr(environ={"MINE_API_KEY": "sk-env"}, folder=None) as client:
        client.register_provider(
            "mine", base_url=f"{provider.url}/v1", api_key=CANARY, auth_env="OTHER", models=[{"id": "m"}]
        )
        assert colour.call(client, "hi", "mine").text == "hi"
        assert client.selection("m").provider == "mine"
        assert CANARY not in repr(client.providers.manifest("mine"))
    assert (provider.asked[-1].headers["authorization"], provider.asked[-1].json["model"]) == (f"Bearer {CANARY}", "m")


def test_one_that_is_there_is_changed_over_files_and_environment(tmp_path: Path) -> None:
    """M-2: each field keeps where it came from."""
    (tmp_path / "providers.toml").write_text('[providers.groq]\nbase_url = "http://file.test"\nrpm = 5\n')
    environ = {"HAMR_CONFIG_DIR": str(tmp_path), "GROQ_BASE_URL": "http://env.test", "GROQ_MODEL": "env"}
    environ |= {"GROQ_API_KEY": "sk-env"}
    with Hamr(environ=environ, folder=None) as client:
        before = client.pipeline("groq").route
        assert before.provider.base_url == "http://env.test"
        client.register_provider("groq", base_url="http://code.test", default_model="code", api_key="sk-code")
        after = client.pipeline("groq").route
        secret = after.secret()
        client.unconfigure()
        again = client.pipeline("groq").route
    assert (after.provider.base_url, after.model.id, after.provider.limits.rpm) == ("http://code.test", "code", 5)
    assert secret is not None
    assert (secret.reveal(), secret.origin) == ("sk-code", f"the key of groq in {CODE}")
    origins = after.provider.origins
    assert (origins["base_url"], origins["limits"]) == (CODE, str(tmp_path / "providers.toml"))
    assert (again.provider.base_url, again.model.id) == ("http://env.test", before.model.id)


def test_the_call_and_what_the_client_was_made_with_count_before(provider: Canned) -> None:
    provider.answer(REPLY)
    with Hamr(environ={}, keys={"mine": "sk-made"}, folder=None) as client:
        client.configure(
            f'[providers.mine]\nbase_url = "{provider.url}"\napi_key = "sk-code"\n'
            '[model_defaults."*"]\ntemperature = 0.1\ntop_p = 0.5\n'
        )
        client.call("hi", "mine/m", temperature=0.9)
    assert provider.asked[-1].headers["authorization"] == "Bearer sk-made"
    assert (provider.asked[-1].json["temperature"], provider.asked[-1].json["top_p"]) == (0.9, 0.5)


def test_the_newest_counts_field_by_field() -> None:
    with Hamr(environ={}, folder=None) as client:
        client.configure(
            {"aliases": {"a": "groq/one", "b": "groq/one"}, "model_defaults": {"x": {"seed": 1, "top_k": 2}}}
        )
        client.configure({"aliases": {"a": "groq/two"}, "model_defaults": {"x": {"seed": 3}}})
        assert [client.selection(name).model for name in ("a", "b")] == ["two", "one"]
        given = client.providers.configuration.model_defaults("groq", "x")
    assert {name: each.value for name, each in given.items()} == {"seed": 3, "top_k": 2}


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({"default_model": "groq/m"}, "groq/m"),
        ({"default_provider": "groq", "default_model": "m"}, "groq/m"),
        ({"default_provider": "sim"}, "sim/None"),
        ({"default_model": "fast", "aliases": {"fast": "xai/grok-4"}}, "xai/grok-4"),
    ],
)
def test_a_default_of_the_program_counts_before_the_environment(said: dict[str, Any], found: str) -> None:
    environ = {"HAMR_LLM_MODEL": "gpt-4o,gpt-5", "HAMR_DEFAULT_PROVIDER": "openai"}
    with Hamr(environ=environ, folder=None) as client:
        assert client.selection().model == "gpt-4o"
        client.configure(said)
        chosen = client.selection()
        assert f"{chosen.provider}/{chosen.model}" == found
        assert chosen.origin == CODE
        assert client.selection("xai/other").model == "other"


def test_capabilities_and_rules_of_inference_count_from_the_next_call_on() -> None:
    """N-104."""
    with Hamr(environ={}, folder=None) as client:
        assert client.provider_capabilities("sim", "x").vision_supported is None
        assert client.selection("gpt-9").provider == "openai"
        client.configure(
            '[[capabilities.provider.sim]]\nmodel_match = "*"\nvision_supported = false\n'
            '[[inference_rules]]\npattern = "gpt-*"\nprovider = "groq"\n'
        )
        assert client.provider_capabilities("sim", "x").vision_supported is False
        assert client.selection("gpt-9").provider == "groq"
        client.unconfigure()
        assert client.provider_capabilities("sim", "x").vision_supported is None
        assert client.selection("gpt-9").provider == "openai"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("providers = 3", "providers: it must be a table"),
        ("a = ", "Invalid value"),
        ({"providers": {"x": {"base_url": 3, "api_key": CANARY}}}, "providers.x: base_url must be a text"),
        ({"providers": {"x": {"base_url": "ftp://x"}}}, "base_url"),
        ({"providers": {"x": {"api_key": CANARY, "nonsense": 1, "base_url": "http://x"}}}, "unknown field"),
        (3, "it must be TOML or a mapping"),
    ],
)
def test_what_is_awry_is_told_and_none_of_it_counts(said: Any, told: str) -> None:
    with Hamr(environ={}, folder=None) as client:
        with pytest.raises(ConfigError, match=told) as raised:
            client.configure(said)
        assert CANARY not in str(raised.value)
        assert CODE in str(raised.value)
        assert client.providers.configuration.added == ()
        assert "x" not in client.providers.ids


def test_it_stays_when_the_files_are_read_again(tmp_path: Path, provider: Canned) -> None:
    provider.answer({"object": "list", "data": [{"id": "m"}]})
    with Hamr(environ={"HAMR_CONFIG_DIR": str(tmp_path)}, folder=None) as client:
        client.register_provider("mine", base_url=f"{provider.url}/v1")
        assert client.selection("mine/m").provider == "mine"
        (tmp_path / "providers.toml").write_text('[aliases]\nfast = "mine/m"\n')
        assert [each.id for each in client.models("mine").models] == ["m"]
        assert client.selection("fast").provider == "mine"


def test_pools_are_made_anew(provider: Canned, tmp_path: Path) -> None:
    """A pool of several models goes where they are now."""
    for _ in range(2):
        provider.answer(REPLY)
    with Hamr(environ={"HAMR_STATE_DIR": str(tmp_path)}, folder=None) as client:
        client.register_provider("mine", base_url=f"{provider.url}/before")
        client.call("hi", "mine/a,mine/b")
        client.register_provider("mine", base_url=f"{provider.url}/after")
        client.call("hi", "mine/a,mine/b")
    assert [asked.path for asked in provider.asked] == ["/before/chat/completions", "/after/chat/completions"]


def test_what_was_compiled_before_is_let_go_of_at_the_end(install: Any, tmp_path: Path) -> None:
    code = """from hamr.api import hookimpl
CLOSED = []
class Transport:
    def open(self, call): raise NotImplementedError
    async def aopen(self, call): raise NotImplementedError
    def close(self): CLOSED.append(self)
    async def aclose(self): self.close()
@hookimpl
def hamr_transport(route):
    return Transport()
"""
    install("acme", code=code)
    with Hamr(environ={}, folder=None) as client:
        first = client.pipeline("acme/m").transport
        client.configure("[aliases]\na = 'acme/m'\n")
        client.configure("[aliases]\nb = 'acme/m'\n")
        second = client.pipeline("acme/m").transport
    assert first is not second
    closed = sys.modules["hamr_provider_acme"].CLOSED
    assert (closed.count(first), closed.count(second)) == (1, 1)


def test_the_front_door_has_them_too(provider: Canned) -> None:
    provider.answer(REPLY)
    try:
        hamr.register_provider("made_up", base_url=f"{provider.url}/v1")
        assert hamr.call("hi", "made_up/m").text == "hi"
        hamr.install_capabilities('[[provider.made_up]]\nmodel_match = "*"\nmax_tools = 3\n')
        assert hamr.provider_capabilities("made_up", "m").max_tools == 3
        hamr.clear_capabilities()
        assert hamr.provider_capabilities("made_up", "m").max_tools is None
        hamr.configure("[aliases]\nmade = 'made_up/m'\n")
    finally:
        hamr.unconfigure()
    with pytest.raises(ConfigError):
        hamr.call("hi", "made_up/m")
