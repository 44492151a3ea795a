from __future__ import annotations

import pytest

from hamr import base_url
from hamr.errors import ConfigError
from hamr.plugins import manifest
from hamr.resolve.model import in_mode
from hamr.types import Provider


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("box", "http://box:11434"),
        ("box:1234", "http://box:1234"),
        (" 'box:1234' ", "http://box:1234"),
        (":1234", "http://127.0.0.1:1234"),
        ("0.0.0.0", "http://127.0.0.1:11434"),
        ("0.0.0.0:80", "http://127.0.0.1:80"),
        ("http://box", "http://box"),
        ("https://box/ollama", "https://box/ollama"),
        ("box:1/ollama/", "http://box:1/ollama/"),
        ("[::]:1234", "http://[::1]:1234"),
        ("::1", "http://[::1]:11434"),
        ("[fe80::1]", "http://[fe80::1]:11434"),
    ],
)
def test_a_host_as_people_write_it(text: str, url: str) -> None:
    assert base_url.of_host(text, 11434, "the test") == url


def test_a_port_that_is_none_is_named() -> None:
    with pytest.raises(ConfigError, match="the test: there is no number"):
        base_url.of_host("box:x", 11434, "the test")


TABLES = {
    "id": "box",
    "name": "Box",
    "wire": "native",
    "base_url": "http://127.0.0.1:7",
    "base_url_env": ["BOX_URL"],
    "host": {"env": ["BOX_HOST"], "port": 7},
    "modes": {"openai": {"wire": "openai-completions", "path": "/v1"}},
}


def provider(**environ: str) -> Provider:
    return manifest.check(TABLES, "the test").provider(environ, "the test")


def test_a_manifest_may_say_which_variable_names_the_host() -> None:
    assert provider().base_url == "http://127.0.0.1:7"
    there = provider(BOX_HOST="there")
    assert (there.base_url, there.origins["base_url"]) == ("http://there:7", "the environment variable BOX_HOST")
    assert provider(BOX_HOST="there", BOX_URL="https://else.test").base_url == "https://else.test"


@pytest.mark.parametrize("host", ["http://me:canary@there", "me:canary@there", "canary@there:80"])
def test_a_credential_in_it_is_refused_unseen(host: str) -> None:
    with pytest.raises(ConfigError, match="BOX_HOST") as caught:
        provider(BOX_HOST=host)
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    ("host", "mode", "wire"),
    [
        ("there", None, "native"),
        ("http://there/v1", None, "openai-completions"),
        ("http://there/v1", "chat", "native"),
        ("there", "openai", "openai-completions"),
    ],
)
def test_a_mode_may_be_meant_by_how_the_url_ends(host: str, mode: str | None, wire: str) -> None:
    """C-31."""
    assert in_mode(provider(BOX_HOST=host), "m", mode).wire == wire
