"""What a manifest may say, and how it is told off."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hamr.errors import ConfigError, PluginError
from hamr.plugins.manifest import check, read
from hamr.resolve.model import model_of

GROQ: dict[str, Any] = {
    "api": 1,
    "id": "groq",
    "name": "Groq",
    "base_url": "https://api.groq.com/openai/v1",
    "wire": "openai-completions",
    "auth": {"style": "bearer", "env": ["GROQ_API_KEY"]},
}


def test_a_manifest_becomes_a_provider() -> None:
    provider = check(GROQ, "groq.toml").provider({}, "groq.toml")
    assert (provider.id, provider.base_url, provider.wire) == ("groq", GROQ["base_url"], "openai-completions")
    assert provider.auth.env == ("GROQ_API_KEY",)
    assert provider.origins["base_url"] == "groq.toml"


def test_camel_case_says_the_same() -> None:
    """M-1: one schema, two spellings."""
    camel = {("baseUrl" if key == "base_url" else key): value for key, value in GROQ.items()}
    assert check(camel, "models.json") == check(GROQ, "groq.toml")


def test_a_variable_replaces_the_base_url_and_says_so() -> None:
    manifest = check({**GROQ, "base_url_env": ["GROQ_BASE_URL"], "model_env": ["GROQ_MODEL"]}, "groq.toml")
    environ = {"GROQ_BASE_URL": " http://127.0.0.1:8000/v1/ ", "GROQ_MODEL": "fast, slow"}
    provider = manifest.provider(environ, "groq.toml")
    assert provider.base_url == "http://127.0.0.1:8000/v1"
    assert provider.origins["base_url"] == "the environment variable GROQ_BASE_URL"
    assert provider.models["chat"] == "fast"


def test_a_variable_that_is_set_but_empty_counts_as_not_set() -> None:
    manifest = check({**GROQ, "base_url_env": ["GROQ_BASE_URL"]}, "groq.toml")
    assert manifest.provider({"GROQ_BASE_URL": " "}, "groq.toml").base_url == GROQ["base_url"]


def test_a_variable_replaces_the_model_for_embeddings_and_an_empty_one_takes_it_away() -> None:
    """R-46."""
    tables = {**GROQ, "embed_model_env": ["GROQ_EMBED_MODEL"], "models": {"embeddings": "embed-1"}}
    manifest = check(tables, "groq.toml")
    assert manifest.provider({}, "groq.toml").models["embeddings"] == "embed-1"
    provider = manifest.provider({"GROQ_EMBED_MODEL": " embed-2 "}, "groq.toml")
    assert provider.models["embeddings"] == "embed-2"
    assert provider.origins["models.embeddings"] == "the environment variable GROQ_EMBED_MODEL"
    assert not manifest.provider({"GROQ_EMBED_MODEL": ""}, "groq.toml").models["embeddings"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"base_ulr": "x"}, r"base_ulr: unknown field \(did you mean base_url\?\)"),
        ({"auth": {"style": "bearer", "envs": []}}, r"auth\.envs: unknown field \(did you mean env\?\)"),
        ({"name": 7}, r"name must be a text"),
        ({"auth": "bearer"}, r"auth must be a table"),
        ({"headers": {"x": 1}}, r"headers must be a table of texts"),
        ({"id": "Groq Cloud"}, r"id must match"),
        ({"auth": {"env": ["NOT A NAME"]}}, r"auth\.env must match"),
        ({"base_url": "api.groq.com"}, r"base_url: 'api\.groq\.com' is no http\(s\) URL"),
        ({"base_url": "ftp://api.groq.com"}, r"no http\(s\) URL"),
        ({"base_url": "https://"}, r"no http\(s\) URL"),
        ({"base_url": "https://host:port/v1"}, r"not a URL"),
        ({"base_url": "https://host/v1?key=canary"}, r"'https://host/v1' has a query or fragment"),
        ({"base_url": ""}, r"no http\(s\) URL"),
        ({"wire": None}, r"wire must be a text"),
    ],
)
def test_a_wrong_field_is_named_with_its_file(change: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigError, match=told) as caught:
        check({**GROQ, **change}, "groq.toml")
    assert "groq.toml" in str(caught.value)


def test_every_wrong_field_is_told_at_once() -> None:
    with pytest.raises(ConfigError, match=r"name must be a text; wire: missing"):
        check({"id": "groq", "name": 7, "base_url": "https://h"}, "groq.toml")


def test_a_base_url_with_a_password_is_refused_without_showing_it() -> None:
    """Pain 36."""
    with pytest.raises(ConfigError) as caught:
        check({**GROQ, "base_url": "https://me:hunter22@host/v1"}, "groq.toml")
    assert "hunter22" not in str(caught.value)


def test_a_wrong_value_is_not_shown_for_it_may_be_a_key() -> None:
    with pytest.raises(ConfigError) as caught:
        check({**GROQ, "headers": ["sk-canary-0123456789"]}, "groq.toml")
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize("api", [0, 2, "1"])
def test_another_api_is_refused_before_anything_else(api: object) -> None:
    """Pain 8."""
    with pytest.raises(PluginError, match="speaks api"):
        check({"api": api, "some_later_field": 1}, "groq.toml")


def test_a_file_that_is_no_toml_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "provider.toml"
    path.write_text("api = 1\nid = groq\n")
    with pytest.raises(ConfigError, match=r"provider\.toml: .*line 2"):
        read(path)


def test_a_missing_or_binary_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"provider\.toml is missing"):
        read(tmp_path / "provider.toml")
    (tmp_path / "provider.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="UTF-8"):
        read(tmp_path / "provider.toml")


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "provider.toml").write_bytes(b"\xef\xbb\xbfapi = 1\r\n")
    assert read(tmp_path / "provider.toml") == {"api": 1}


RULES: list[dict[str, Any]] = [
    {"match": "gpt-5-chat*", "compat": {"n": 0}},
    {"match": ["gpt-5*", "o1"], "compat": {"n": 1}, "wire": "another"},
    {"match": "*oss*", "compat": {"n": 2}},
    {"match": "kimi-*-thinking", "compat": {"n": 3}},
]


@pytest.mark.parametrize(
    ("name", "compat", "wire"),
    [
        ("gpt-5-chat-latest", {"n": 0}, None),
        ("GPT-5.1", {"n": 1}, "another"),
        ("o1", {"n": 1}, "another"),
        ("o1-mini", {}, None),
        ("openai/gpt-oss-120b", {"n": 2}, None),
        ("kimi-k2-thinking", {"n": 3}, None),
        ("kimi-k2-thinking-turbo", {}, None),
        ("llama", {}, None),
    ],
)
def test_the_first_rule_that_fits_a_model_counts(name: str, compat: dict[str, Any], wire: str | None) -> None:
    """M-31, C-18: flags and wire may differ from model to model."""
    provider = check({**GROQ, "model": RULES}, "groq.toml").provider({}, "groq.toml")
    model = model_of(provider, name)
    assert (model.id, model.compat, model.wire) == (name, compat, wire)


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ("gpt", r"model must be a list of tables"),
        ([1], r"model must be a list of tables"),
        ([{}], r"model\[0\]\.match: missing"),
        ([RULES[0], {"match": 1}], r"model\[1\]\.match must be a text or a list of texts"),
        ([{"match": "GPT*"}], r"model\[0\]\.match must match"),
        ([{"match": ["a", "a*b*"]}], r"model\[0\]\.match must match"),
        ([{"match": "a?"}], r"model\[0\]\.match must match"),
        ([{"match": "a", "compta": {}}], r"model\[0\]\.compta: unknown field \(did you mean compat\?\)"),
    ],
)
def test_a_wrong_rule_is_named_by_its_place(rules: Any, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        check({**GROQ, "model": rules}, "groq.toml")


REGIONS = {"variable": "GROQ_REGION", "urls": {"global": GROQ["base_url"], "cn": "https://groq.example/v1/"}}


@pytest.mark.parametrize(
    ("environ", "url", "origin"),
    [
        ({}, GROQ["base_url"], "groq.toml"),
        ({"GROQ_REGION": " CN "}, "https://groq.example/v1", "the environment variable GROQ_REGION"),
        ({"GROQ_REGION": "global"}, GROQ["base_url"], "the environment variable GROQ_REGION"),
        (
            {"GROQ_REGION": "cn", "GROQ_BASE_URL": "http://h/v1"},
            "http://h/v1",
            "the environment variable GROQ_BASE_URL",
        ),
    ],
)
def test_a_region_has_its_own_base_url(environ: dict[str, str], url: str, origin: str) -> None:
    """C-17; a base URL that is given counts for more."""
    manifest = check({**GROQ, "regions": REGIONS, "base_url_env": ["GROQ_BASE_URL"]}, "groq.toml")
    provider = manifest.provider(environ, "groq.toml")
    assert (provider.base_url, provider.origins["base_url"]) == (url, origin)


def test_a_region_that_is_not_known_is_told_with_those_that_are() -> None:
    manifest = check({**GROQ, "regions": REGIONS}, "groq.toml")
    with pytest.raises(ConfigError, match="GROQ_REGION: 'mars' is no region") as caught:
        manifest.provider({"GROQ_REGION": "mars"}, "groq.toml")
    assert caught.value.hint == "Known: global, cn."


def test_the_base_url_of_a_region_is_checked_before_it_is_used() -> None:
    regions = {"variable": "GROQ_REGION", "urls": {"cn": "groq.example"}}
    with pytest.raises(ConfigError, match=r"regions\.urls\.cn: 'groq\.example' is no http"):
        check({**GROQ, "regions": regions}, "groq.toml")


def test_variables_set_headers_and_the_model_for_embeddings() -> None:
    """R-46, R-51."""
    tables = {
        **GROQ,
        "headers": {"x-title": "hamr", "x-kept": "1"},
        "headers_env": {"x-title": "GROQ_APP", "x-unset": "GROQ_UNSET"},
        "models": {"embeddings": "small"},
        "embed_model_env": ["GROQ_EMBED_MODEL"],
    }
    provider = check(tables, "groq.toml").provider({"GROQ_APP": "mine", "GROQ_EMBED_MODEL": "large"}, "groq.toml")
    assert provider.headers == {"x-title": "mine", "x-kept": "1"}
    assert provider.models == {"embeddings": "large"}
    assert provider.origins["models.embeddings"] == "the environment variable GROQ_EMBED_MODEL"


def test_a_variable_holds_headers_of_the_users_own() -> None:
    """Each in a line, over those of the manifest; what is none is told without what it says."""
    tables = {**GROQ, "headers": {"x-kept": "1"}, "more_headers_env": ["GROQ_HEADERS"]}
    manifest = check(tables, "groq.toml")
    said = "X-Team: one: two\r\n\n  cf-access : abc  \n"
    headers = manifest.provider({"GROQ_HEADERS": said}, "groq.toml").headers
    assert headers == {"x-kept": "1", "x-team": "one: two", "cf-access": "abc"}
    assert manifest.provider({"GROQ_HEADERS": " "}, "groq.toml").headers == {"x-kept": "1"}
    for wrong in ("canary", "a: b\nno header: canary", ": canary"):
        with pytest.raises(ConfigError, match=r"GROQ_HEADERS: line \d is no header") as caught:
            manifest.provider({"GROQ_HEADERS": wrong}, "groq.toml")
        assert "canary" not in str(caught.value)


HOST: dict[str, Any] = {
    **GROQ,
    "base_url": "https://{host}/v1",
    "parameters": {
        "region": {"env": ["REGION"], "default": "eu-west"},
        "host": {"env": ["HOST"], "by": "region", "values": {"global": "api.test"}, "default": "{region}.api.test"},
    },
}


@pytest.mark.parametrize(
    ("environ", "url"),
    [
        ({}, "https://eu-west.api.test/v1"),
        ({"REGION": "us"}, "https://us.api.test/v1"),
        ({"REGION": "global"}, "https://api.test/v1"),
        ({"REGION": "global", "HOST": "mine.test"}, "https://mine.test/v1"),
    ],
)
def test_a_parameter_may_hang_by_another(environ: dict[str, str], url: str) -> None:
    assert check(HOST, "x.toml").provider(environ, "x.toml").base_url == url


def test_a_parameter_hangs_by_one_that_stands_before_it() -> None:
    for by in ("region", "nobody"):
        tables = {**GROQ, "parameters": {"host": {"by": by, "default": "x"}, "region": {}}}
        with pytest.raises(ConfigError, match=rf"parameters\.host\.by: '{by}'"):
            check(tables, "x.toml")
    tables = {**GROQ, "parameters": {"region": {}, "host": {"by": "region", "default": "x"}}}
    assert check(tables, "x.toml").provider({}, "x.toml").parameters == {}
