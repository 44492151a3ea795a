"""What files say of providers, laid over what plugins bring, each value with the place it came from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hamr import ConfigError, Hamr
from hamr.plugins.discover import Plugins
from hamr.providers import Providers
from hamr_testkit.canned import Canned
from hamr_testkit.colours import Colour
from hamr_testkit.installing import Install

REPLY = {"choices": [{"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}]}
MANIFEST = """
api = 1
id = "acme"
name = "Acme"
base_url = "https://api.acme.example/v1"
wire = "openai-completions"
auth = { style = "header", header = "x-acme", env = ["ACME_API_KEY"] }
models = { chat = "large" }

[compat]
supports_store = false
body = { mark = "plugin" }

[[model]]
match = "large*"
compat = { supports_json_object = false }
"""


@pytest.fixture
def environ(install: Install, tmp_path: Path) -> dict[str, str]:
    install("acme", manifest=MANIFEST)
    return {"HAMR_AGENT_DIR": str(tmp_path), "HAMR_CONFIG_DIR": str(tmp_path), "ACME_API_KEY": "k-env"}


def models(tmp_path: Path, **providers: object) -> None:
    (tmp_path / "models.json").write_text(json.dumps({"providers": providers}))


def providers(environ: dict[str, str]) -> Providers:
    return Providers(Plugins(), environ)


def test_without_files_a_provider_is_what_its_plugin_says(environ: dict[str, str]) -> None:
    found = providers(environ)
    assert found.manifest("acme") == found.plugins.manifest("acme")
    assert (found.plugin("acme"), found.source("acme")) == ("acme", "hamr-provider-acme 1.2.3")


def test_a_base_url_redirects_all_models_and_leaves_the_rest(environ: dict[str, str], tmp_path: Path) -> None:
    """V-44, H-31."""
    models(tmp_path, acme={"baseUrl": "https://proxy.example/v1"})
    provider = providers(environ).provider("acme", environ)
    assert (provider.base_url, provider.auth.header, provider.auth.env) == (
        "https://proxy.example/v1",
        "x-acme",
        ("ACME_API_KEY",),
    )
    assert provider.origins["base_url"] == str(tmp_path / "models.json")
    assert provider.origins["wire"].startswith("provider.toml of hamr-provider-acme")


def test_flags_are_merged_field_by_field_in_either_spelling(environ: dict[str, str], tmp_path: Path) -> None:
    """H-36, M-4."""
    models(tmp_path, acme={"compat": {"supportsStore": True, "maxTokensField": "max_tokens"}})
    assert providers(environ).manifest("acme").compat == {
        "supports_store": True,
        "max_tokens_field": "max_tokens",
        "body": {"mark": "plugin"},
    }


def test_models_json_counts_before_providers_toml(environ: dict[str, str], tmp_path: Path) -> None:
    """M-2: later layers win, by field."""
    text = '[providers.acme]\nbase_url = "https://toml.example/v1"\nname = "From TOML"\n'
    (tmp_path / "providers.toml").write_text(text)
    models(tmp_path, acme={"baseUrl": "https://json.example/v1"})
    provider = providers(environ).provider("acme", environ)
    assert (provider.base_url, provider.name) == ("https://json.example/v1", "From TOML")
    assert provider.origins["name"] == str(tmp_path / "providers.toml")


def test_the_variable_says_where_providers_toml_is(environ: dict[str, str], tmp_path: Path) -> None:
    """N-120, C-2."""
    other = tmp_path / "other.toml"
    other.write_text('[providers.acme]\nname = "Other"\n')
    for name in ("HAMR_PROVIDERS_CONFIG", "HARN_PROVIDERS_CONFIG"):
        assert providers({**environ, name: str(other)}).manifest("acme").name == "Other"


def test_a_models_rule_keeps_what_the_plugin_knows_of_it(environ: dict[str, str], tmp_path: Path) -> None:
    """H-38: what is changed in one model is merged over what is known of it."""
    models(tmp_path, acme={"modelOverrides": {"large-2": {"compat": {"supportsTopK": True}}}})
    with Hamr(environ=environ, folder=None) as client:
        changed, other = (client.pipeline(f"acme/{name}").route.model for name in ("large-2", "large-3"))
    assert changed.compat == {"supports_json_object": False, "supports_top_k": True}
    assert other.compat == {"supports_json_object": False}


def test_a_model_may_live_at_another_url_and_speak_another_wire(
    colour: Colour, environ: dict[str, str], tmp_path: Path, provider: Canned
) -> None:
    """C-70, H-41."""
    models(tmp_path, acme={"models": [{"id": "far", "baseUrl": f"{provider.url}/far", "api": "openai-responses"}]})
    provider.answer({"id": "r", "object": "response", "status": "completed", "output": [], "model": "far"})
    with Hamr(environ=environ, folder=None) as client:
        colour.call(client, "hi", "acme/far")
    assert provider.asked[-1].path == "/far/responses"


def test_a_models_headers_come_over_the_providers(
    colour: Colour, environ: dict[str, str], tmp_path: Path, provider: Canned
) -> None:
    """H-49."""
    models(
        tmp_path,
        acme={
            "baseUrl": provider.url,
            "headers": {"X-One": "$ONE", "X-Two": "two"},
            "models": [{"id": "m", "headers": {"X-Two": "2"}}],
        },
    )
    provider.answer(REPLY)
    with Hamr(environ={**environ, "ONE": "1"}, folder=None) as client:
        colour.call(client, "hi", "acme/m")
    headers = provider.asked[-1].headers
    assert (headers["x-one"], headers["x-two"], headers["x-acme"]) == ("1", "2", "k-env")


def test_keys_of_files_count_last(environ: dict[str, str], tmp_path: Path) -> None:
    """M-21, H-72."""
    models(tmp_path, acme={"apiKey": "k-file"})
    for given, key in (({"acme": "k-code"}, "k-code"), ({}, "k-env")):
        with Hamr(environ=environ, keys=given, folder=None) as client:
            secret = client.pipeline("acme").route.secret()
            assert secret is not None
            assert secret.reveal() == key
    with Hamr(environ={**environ, "ACME_API_KEY": ""}, folder=None) as client:
        secret = client.pipeline("acme").route.secret()
    assert secret is not None
    assert (secret.reveal(), str(tmp_path / "models.json") in secret.origin) == ("k-file", True)


def test_a_key_in_a_file_is_in_no_repr(environ: dict[str, str], tmp_path: Path) -> None:
    models(tmp_path, acme={"apiKey": "sk-canary-1", "headers": {"x": "sk-canary-2"}})
    found = providers(environ)
    with Hamr(environ=environ, folder=None) as client:
        seen = [found.manifest("acme"), found.provider("acme", environ), client.pipeline("acme").route]
    assert "canary" not in repr(seen)


def test_a_preview_shows_expressions_and_runs_no_command(environ: dict[str, str], tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    models(
        tmp_path,
        mine={
            "baseUrl": "https://mine.example/v1",
            "apiKey": "$MINE_KEY",
            "headers": {"X-Command": f"!touch {mark}; echo x", "X-Plain": "sk-canary"},
        },
    )
    with Hamr(environ=environ, folder=None) as client:
        call = client.preview("hi", "mine/m")
    assert call.headers["authorization"] == "Bearer $MINE_KEY"
    assert call.headers["x-command"] == f"$(touch {mark}; echo x)"
    assert call.headers["x-plain"] == "***"
    assert not mark.exists()


def test_listing_what_can_be_asked_runs_no_command(environ: dict[str, str], tmp_path: Path) -> None:
    """H-65: that there is an expression is enough."""
    mark = tmp_path / "ran"
    models(tmp_path, mine={"baseUrl": "http://127.0.0.1:9/v1", "apiKey": f"!touch {mark}"})
    from hamr.secrets.keys import is_callable

    assert is_callable(providers(environ).provider("mine", environ), environ, {})
    assert not mark.exists()


def test_a_provider_may_be_switched_off(colour: Colour, environ: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "providers.toml").write_text("[providers.acme]\nenabled = false\n")
    with Hamr(environ=environ, folder=None) as client, pytest.raises(ConfigError, match="is switched off in"):
        colour.call(client, "hi", "acme")


def test_files_that_changed_are_read_again_when_asked(environ: dict[str, str], tmp_path: Path) -> None:
    """H-12, M-3."""
    found = providers(environ)
    assert found.ids.count("mine") == 0
    models(tmp_path, mine={"baseUrl": "http://127.0.0.1:9/v1"})
    found.again()
    assert "mine" in found.ids
    kept = found.manifest("mine")
    found.again()
    assert found.manifest("mine") is kept
    models(tmp_path, mine={"baseUrl": "http://127.0.0.1:9/v2"})
    found.again()
    assert found.manifest("mine").base_url == "http://127.0.0.1:9/v2"


def test_a_provider_of_the_users_own_is_served_by_whichever_plugin_speaks_its_wire(
    install: Install, environ: dict[str, str], tmp_path: Path
) -> None:
    install("odd", manifest='id = "odd"\nname = "x"\nbase_url = "https://x.example"\nwire = "odd-wire"\n')
    models(tmp_path, mine={"baseUrl": "http://127.0.0.1:9/v1"})
    (tmp_path / "providers.toml").write_text('[providers.agent]\nprotocol = "acp"\ncommand = "my-agent"\n')
    found = providers(environ)
    assert found.plugin("mine") is None
    assert found.source("mine") == str(tmp_path / "models.json")
    assert found.manifest("agent").compat["command"] == "my-agent"
    assert found.manifest("agent").transport == "acp"


def test_a_list_of_models_shows_what_the_files_say_now(
    colour: Colour, environ: dict[str, str], tmp_path: Path, provider: Canned
) -> None:
    """H-12, M-3: without a new client."""
    models(tmp_path, acme={"baseUrl": "http://127.0.0.1:9/v1"})
    with Hamr(environ=environ, folder=None) as client:
        client.pipeline("acme")
        models(tmp_path, acme={"baseUrl": f"{provider.url}/v1"})
        provider.answer({"data": [{"id": "m-1"}]})
        assert [each.id for each in colour.models(client, "acme").models] == ["m-1"]
        assert client.pipeline("acme").route.provider.base_url == f"{provider.url}/v1"
