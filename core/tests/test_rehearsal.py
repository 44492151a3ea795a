"""What would be sent, shown without sending it (pain 45)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hamr import ConfigError, Hamr
from hamr_testkit.canned import Canned
from hamr_testkit.colours import Colour
from hamr_testkit.installing import Install

CANARY = "sk-canary-0123456789abcdef"
MANIFEST = """
api = 1
id = "acme"
name = "Acme"
base_url = "{url}/v1"
wire = "openai-completions"
auth = {{ style = "{style}", header = "X-Api-Key", prefix = "Key ", env = ["ACME_KEY", "ACME_TOKEN"] {more} }}
headers = {{ x-own = "own" }}
"""
TEXT = '{"value": []}'
ANSWER = {
    "id": "r",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": TEXT}, "finish_reason": "stop"}],
}
FRAMING = {"host", "content-length", "connection", "accept-encoding", "transfer-encoding"}
"""What the transport alone says of a message."""


def look(at: str) -> str:
    return at


OPTIONS: list[dict[str, Any]] = [
    {},
    {"system": "Be brief.", "temperature": 0.5, "max_tokens": 5, "options": {"own": {"é": 1}}, "headers": {"X-A": "b"}},
    {"tools": [look], "tool_choice": "look", "response_format": list[int]},
]


def laid(install: Install, url: str, style: str = "bearer", more: str = "", code: str = "") -> None:
    install("acme", manifest=MANIFEST.format(url=url, style=style, more=more), code=code)


@pytest.mark.parametrize("style", ["bearer", "header", "none"])
@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("stream", [True, False])
def test_the_preview_is_what_is_sent(
    install: Install, provider: Canned, colour: Colour, style: str, options: dict[str, Any], stream: bool
) -> None:
    laid(install, provider.url, style)
    preview = Hamr(environ={}).preview("Grüße", "acme/m", stream=stream, **options)
    with Hamr(environ={"ACME_KEY": CANARY}) as client:
        if stream:
            provider.stream({"id": "r", "choices": [{"index": 0, "delta": {"content": TEXT}, "finish_reason": "stop"}]})
            colour.events(client, "Grüße", "acme/m", **options)
        else:
            provider.answer(ANSWER)
            colour.call(client, "Grüße", "acme/m", **options)
    sent = provider.asked[0]
    assert preview.body == sent.body
    assert preview.url == provider.url + sent.path
    shown = {name: value.replace("$ACME_KEY", CANARY) for name, value in preview.headers.items()}
    assert shown == {name: value for name, value in sent.headers.items() if name not in FRAMING}
    assert (CANARY in str(sent.headers)) == (style != "none")


@pytest.mark.parametrize(
    ("environ", "keys", "more", "shown"),
    [
        ({}, {}, "", "Bearer $ACME_KEY"),
        ({"ACME_TOKEN": CANARY}, {}, "", "Bearer $ACME_TOKEN"),
        ({"ACME_KEY": CANARY, "ACME_TOKEN": CANARY}, {}, "", "Bearer $ACME_KEY"),
        ({"ACME_TOKEN": CANARY}, {"acme": CANARY}, "", "Bearer $ACME_KEY"),
        ({}, {}, ", optional = true", None),
        ({"ACME_TOKEN": CANARY}, {}, ", optional = true", "Bearer $ACME_TOKEN"),
        ({}, {"acme": CANARY}, ", optional = true", "Bearer $ACME_KEY"),
    ],
)
def test_the_key_is_shown_as_the_variable_that_holds_it_or_could(
    install: Install, environ: dict[str, str], keys: dict[str, str], more: str, shown: str | None
) -> None:
    laid(install, "http://127.0.0.1:9", more=more)
    call = Hamr(environ=environ, keys=keys).preview("hi", "acme/m")
    assert call.headers.get("authorization") == shown
    assert CANARY not in f"{call!r} {call.headers} {call.body!r}"


FLOW = """
from hamr.api import Auth, Call, Fetch, Lock, Now, Open, ReadFile, Release, Tell, WallClock, hookimpl
class Own:
    def __init__(self, route): self.route = route
    def flow(self, call):
        yield Lock("x"); began = yield Now(); yield Release("x")
        {step}
        signed = f"{{len(call.body)}}:{{self.route.secret().reveal()}}:{{began}}"
        return (yield Open(call.with_secret("x-signed", signed)))
@hookimpl
def hamr_auth(route): return Own(route)
"""


def test_the_auth_of_a_plugin_is_run_up_to_its_first_call(install: Install) -> None:
    laid(install, "http://127.0.0.1:9", "own", code=FLOW.format(step="pass"))
    call = Hamr(environ={}).preview("hi", "acme/m")
    assert call.headers["x-signed"] == f"{len(call.body)}:$ACME_KEY:0.0"
    assert "x-signed" in call.secret


@pytest.mark.parametrize(
    ("step", "what"),
    [
        ("yield Fetch(Call('https://login.test/token?a=b'))", "a call to https://login.test has"),
        ("yield Tell('in')", "a login has"),
    ],
)
def test_an_auth_that_needs_another_call_first_says_so(install: Install, step: str, what: str) -> None:
    laid(install, "http://127.0.0.1:9", "own", code=FLOW.format(step=step))
    with pytest.raises(ConfigError, match=f"acme: what would be sent cannot be shown: {what}"):
        Hamr(environ={}).preview("hi", "acme/m")


def test_what_a_plugin_finds_for_itself_is_not_shown(install: Install, tmp_path: Path) -> None:
    """A credential out of a file is one that no stand-in was given for; one out of a variable is shown as `$VAR`."""
    (tmp_path / "own").write_text(CANARY)
    step = f"""found = yield ReadFile({str(tmp_path / "own")!r}); at = yield WallClock(); assert at > 1e9
        part = self.route.variable("ACME_PART").reveal()
        call = call.with_secret("x-found", found.decode()).with_secret("x-part", part)
        assert self.route.variable("ACME_KEY") is None"""
    laid(install, "http://127.0.0.1:9", "own", ', more_env = ["ACME_PART"]', FLOW.format(step=step))
    call = Hamr(environ={"ACME_PART": CANARY}).preview("hi", "acme/m")
    assert (call.headers["x-found"], call.headers["x-part"]) == ("***", "$ACME_PART")
    assert CANARY not in str(call.headers)


def test_an_auth_that_sends_nothing_says_so(install: Install) -> None:
    laid(install, "http://127.0.0.1:9", "own", code=FLOW.format(step="return None"))
    with pytest.raises(ConfigError, match="acme: its auth ended without a call"):
        Hamr(environ={}).preview("hi", "acme/m")


def test_ten_megabytes_and_five_thousand_tools(install: Install, provider: Canned) -> None:
    laid(install, provider.url)
    prompt = "word " * 2_000_000
    tools = [{"name": f"tool_{n}", "description": "one of many"} for n in range(5_000)]
    provider.answer(ANSWER)
    with Hamr(environ={"ACME_KEY": CANARY}) as client:
        preview = client.preview(prompt, "acme/m", tools=tools)
        client.call(prompt, "acme/m", tools=tools)
    sent = provider.asked[0].json
    assert provider.asked[0].body == preview.body
    assert sent["messages"][0]["content"] == prompt
    assert len({tool["function"]["name"] for tool in sent["tools"]}) == 5_000


def test_what_asks_a_server_is_not_done_for_a_preview(install: Install) -> None:
    code = """
from hamr.api import Open, Wait, hookimpl

class Asking:
    def flow(self, call):
        yield Wait(lambda: None)
        yield Wait(lambda: 1 / 0, asks="the vault")
        return (yield Open(call))

@hookimpl
def hamr_auth(route):
    return Asking() if route.provider.id == "acme" else None
"""
    laid(install, "http://acme.test", "vault", code=code)
    with pytest.raises(ConfigError, match=r"a question to the vault has to come first"):
        Hamr(environ={}).preview("hi", "acme/m")
