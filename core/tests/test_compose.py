"""Who is asked, in which order, and how a plugin that speaks wrongly is told off."""

from __future__ import annotations

import pytest

from hamr import Hamr
from hamr.errors import ConfigError, PluginError
from hamr_testkit.installing import Install

MANIFEST = """api = 1
id = "acme"
name = "Acme"
base_url = "http://127.0.0.1:9/v1"
"""
WIRE = """
from hamr.api import hookimpl
class Own:
    def __init__(self, name): self.name = name
    def encode(self, request, route): ...
    def decoder(self): ...
    def error(self, head): ...
    def open(self, call): ...
    async def aopen(self, call): ...
    def close(self): ...
    async def aclose(self): ...
    def flow(self, call): ...
"""


def test_a_data_only_plugin_gets_the_cores_own(install: Install) -> None:
    install("acme")
    with Hamr(environ={}) as client:
        pipeline = client.pipeline("acme/some/model")
    assert type(pipeline.transport).__name__ == "HttpTransport"
    assert type(pipeline.auth).__name__ == "HeaderAuth"
    assert type(pipeline.wire).__name__ == "OpenAICompletions"
    assert pipeline.route.selector == "acme/some/model"


def test_a_plugin_answers_before_the_core_and_may_leave_the_rest_to_it(install: Install) -> None:
    code = WIRE + "@hookimpl\ndef hamr_toolwire(route): return Own('wire of ' + route.model.id)\n"
    install("acme", code=code, manifest=MANIFEST + 'wire = "acme-own"\n')
    with Hamr(environ={}) as client:
        pipeline = client.pipeline("acme/m")
    assert pipeline.wire.name == "wire of m"  # type: ignore[attr-defined]  # the plugin's own
    assert type(pipeline.transport).__name__ == "HttpTransport"


def test_an_implementation_may_take_fewer_arguments(install: Install) -> None:
    install("acme", code=WIRE + "@hookimpl\ndef hamr_auth(): return Own('auth')\n")
    with Hamr(environ={}) as client:
        assert type(client.pipeline("acme/m").auth).__name__ == "Own"


def test_a_wrapper_gets_what_the_others_chose(install: Install) -> None:
    install("acme")
    wrapper = WIRE + (
        "@hookimpl(wrapper=True)\ndef hamr_transport(route):\n"
        "    inner = yield\n    own = Own('around')\n    own.inner = inner\n    return own\n"
    )
    install("tape", group="hamr.extensions", dist="acme-tape", code=wrapper)
    with Hamr(environ={}, extensions=["tape"]) as client:
        transport = client.pipeline("acme/m").transport
    assert type(transport.inner).__name__ == "HttpTransport"  # type: ignore[attr-defined]  # the extension's own


def test_an_installed_extension_is_not_active(install: Install) -> None:
    """An extension sees every key, so it is switched on by name."""
    install("acme")
    install("tape", group="hamr.extensions", dist="acme-tape", code="raise RuntimeError('imported')")
    with Hamr(environ={}) as client:
        assert client.pipeline("acme/m").route.selector == "acme/m"
    with Hamr(environ={"HAMR_EXTENSIONS": "tape"}) as client, pytest.raises(PluginError, match="acme-tape"):
        client.pipeline("acme/m")


def test_no_other_providers_code_is_asked(install: Install) -> None:
    install("acme")
    install("nosy", code="raise RuntimeError('imported')")
    with Hamr(environ={}) as client:
        assert client.pipeline("acme/m").route.selector == "acme/m"


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("@hookimpl\ndef hamr_transprot(route): ...", "hamr_transprot"),
        ("@hookimpl\ndef hamr_auth(route, secret): ...", "secret"),
        ("def hamr_auth(route): ...", "hamr_auth is not marked"),
    ],
)
def test_a_hook_spelled_wrongly_is_told_with_the_plugins_name(install: Install, code: str, told: str) -> None:
    """Pain 4."""
    install("acme", code=f"from hamr.api import hookimpl\n{code}\n")
    with Hamr(environ={}) as client, pytest.raises(PluginError, match=told) as caught:
        client.pipeline("acme/m")
    assert "hamr-provider-acme 1.2.3" in str(caught.value)


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ('wire = "nobody-speaks"', "no plugin knows the wire 'nobody-speaks'"),
        ('wire = "openai-completions"\ntransport = "pigeon"', "no plugin knows the transport 'pigeon'"),
        ('wire = "openai-completions"\nauth = { style = "handshake" }', "no plugin knows the auth style 'handshake'"),
        ('wire = "openai-completions"\nauth = { style = "header" }', "needs the name of the header"),
    ],
)
def test_what_nobody_answers_is_told(install: Install, lines: str, told: str) -> None:
    install("acme", manifest=f"{MANIFEST}{lines}\n")
    with Hamr(environ={}) as client, pytest.raises(ConfigError, match=told):
        client.pipeline("acme/m")


def test_a_hook_that_raises_is_the_plugins_error(install: Install) -> None:
    install("acme", code="from hamr.api import hookimpl\n@hookimpl\ndef hamr_auth(route): return 1 / 0\n")
    with Hamr(environ={}) as client, pytest.raises(PluginError, match="ZeroDivisionError"):
        client.pipeline("acme/m")


def test_a_hook_that_returns_what_it_should_not_is_told(install: Install) -> None:
    install("acme", code="from hamr.api import hookimpl\n@hookimpl\ndef hamr_auth(route): return 'a key'\n")
    with Hamr(environ={}) as client, pytest.raises(PluginError, match="hamr_auth gave a str, which is no Auth"):
        client.pipeline("acme/m")


def test_the_hooks_that_a_plugin_answers_are_listed(install: Install) -> None:
    install("acme", code="from hamr.api import hookimpl\n@hookimpl\ndef hamr_auth(route): ...\n")
    with Hamr(environ={}) as client:
        assert client.hooks("acme").names()["hamr-provider-acme 1.2.3"] == ["hamr_auth"]


def test_the_header_style_puts_the_key_where_the_manifest_says(install: Install) -> None:
    install(
        "acme",
        manifest=MANIFEST
        + 'wire = "openai-completions"\nauth = { style = "header", header = "x-api-key", env = ["ACME_KEY"] }\n',
    )
    from hamr.types import Call

    with Hamr(environ={"ACME_KEY": "sk-canary-0123456789"}) as client:
        effect = next(client.pipeline("acme/m").auth.flow(Call("http://127.0.0.1:9/")))
    assert effect.call.headers == {"x-api-key": "sk-canary-0123456789"}
    assert "canary" not in repr(effect)
