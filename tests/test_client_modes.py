"""A provider's other interfaces, and what its URL needs to know besides."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest

from hamr import BrokenReply, ConfigError, Hamr, Unsupported
from hamr_testkit.canned import Canned
from hamr_testkit.colours import Colour
from hamr_testkit.installing import Install

REPLY = {"choices": [{"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}]}
Make = Callable[..., None]

LINES = """
api = 1
id = "acme"
name = "Acme"
wire = "openai-completions"
base_url = "{url}/{{region}}/v1"
base_url_env = ["ACME_BASE_URL"]
mode = "one"
mode_env = ["ACME_MODE"]
models = {{ chat = "large" }}

[parameters.region]
env = ["ACME_REGION", "REGION"]

[compat]
body = {{ mark = "first" }}

[[model]]
match = "agent*"
mode = "two"

[modes.two]
wire = "openai-completions"
base_url = "{url}/{{region}}/v2"

[modes.two.compat]
body = {{ mark = "second" }}

[[modes.two.model]]
match = "agent-x"
compat = {{ body = {{ mark = "third" }} }}
"""


@pytest.fixture
def acme(install: Install, provider: Canned) -> Canned:
    install("acme", manifest=LINES.format(url=provider.url))
    provider.answer(REPLY)
    return provider


def field(provider: Canned) -> tuple[str, str]:
    """The path that was asked at, and the mark of the flags that counted."""
    (asked,) = provider.asked[-1:]
    return asked.path, asked.json["mark"]


@pytest.mark.parametrize(
    ("model", "options", "environ", "expected"),
    [
        ("acme", {}, {}, ("/eu/v1/chat/completions", "first")),
        ("acme", {"api_mode": "one"}, {}, ("/eu/v1/chat/completions", "first")),
        ("acme", {"api_mode": "two"}, {}, ("/eu/v2/chat/completions", "second")),
        ("acme", {}, {"ACME_MODE": "two"}, ("/eu/v2/chat/completions", "second")),
        ("acme", {"api_mode": "one"}, {"ACME_MODE": "two"}, ("/eu/v1/chat/completions", "first")),
        ("acme/agent-1", {}, {}, ("/eu/v2/chat/completions", "second")),
        ("acme/agent-x", {}, {}, ("/eu/v2/chat/completions", "third")),
        ("acme/agent-x", {"api_mode": "one"}, {}, ("/eu/v1/chat/completions", "first")),
    ],
)
def test_a_mode_is_asked_for_by_the_call_the_environment_or_a_rule(
    colour: Colour,
    acme: Canned,
    model: str,
    options: dict[str, str],
    environ: dict[str, str],
    expected: tuple[str, str],
) -> None:
    """C-14, N-90: the default unless another is asked for, and its flags are its own."""
    with Hamr(environ={"ACME_REGION": "eu", **environ}) as client:
        colour.call(client, "hi", model, **options)
    assert field(acme) == expected


def test_where_the_user_says_the_provider_is_its_modes_are_too(colour: Colour, acme: Canned) -> None:
    with Hamr(environ={"ACME_BASE_URL": f"{acme.url}/mine"}) as client:
        colour.call(client, "hi", "acme", api_mode="two")
    assert field(acme) == ("/mine/chat/completions", "second")


def test_neither_lists_nor_vectors_hang_on_the_mode_of_a_chat(colour: Colour, acme: Canned) -> None:
    # The reply in line is a chat's.
    with Hamr(environ={"ACME_REGION": "eu", "ACME_MODE": "two"}) as client, suppress(BrokenReply):
        colour.models(client, "acme")
    assert acme.asked[-1].path == "/eu/v1/models"


def test_an_unknown_mode_is_told_with_those_that_there_are(colour: Colour, acme: Canned) -> None:
    with Hamr(environ={"ACME_REGION": "eu"}) as client, pytest.raises(ConfigError, match="'three'") as raised:
        colour.call(client, "hi", "acme", api_mode="three")
    assert raised.value.hint == "It has one, two."


@pytest.mark.parametrize(
    ("environ", "given", "path"),
    [
        ({"REGION": " us "}, None, "/us/v1/chat/completions"),
        ({"REGION": "us", "ACME_REGION": "eu"}, None, "/eu/v1/chat/completions"),
        ({"REGION": "us"}, {"acme": {"region": "ap"}}, "/ap/v1/chat/completions"),
    ],
)
def test_a_parameter_comes_from_code_or_a_variable(
    colour: Colour, acme: Canned, environ: dict[str, str], given: dict[str, dict[str, str]] | None, path: str
) -> None:
    with Hamr(environ=environ, parameters=given) as client:
        colour.call(client, "hi", "acme")
    assert acme.asked[-1].path == path


def test_a_parameter_that_nothing_says_is_asked_for(colour: Colour, acme: Canned) -> None:
    with Hamr(environ={}) as client, pytest.raises(ConfigError) as raised:
        colour.call(client, "hi", "acme")
    assert "no region for acme" in str(raised.value)
    assert "ACME_REGION" in str(raised.value)
    assert "REGION" in raised.value.hint
    assert acme.asked == []


def test_a_parameter_cannot_lead_elsewhere(colour: Colour, acme: Canned) -> None:
    with (
        Hamr(environ={"REGION": "evil.example/#"}) as client,
        pytest.raises(ConfigError, match="cannot stand in a URL"),
    ):
        colour.call(client, "hi", "acme")


def test_a_provider_without_its_parameter_is_not_asked_for_models(colour: Colour, acme: Canned) -> None:
    with Hamr(environ={}) as client:
        assert "acme" not in colour.models(client).failures
    assert acme.asked == []


def test_a_wire_that_cannot_count_says_so(colour: Colour, acme: Canned) -> None:
    with Hamr(environ={"REGION": "eu"}) as client, pytest.raises(Unsupported, match="counting of tokens"):
        colour.count_tokens(client, "hi", "acme")


def test_a_mode_may_let_calls_in_otherwise(colour: Colour, install: Install, provider: Canned) -> None:
    """The key is the provider's; the header it goes in is the mode's."""
    auth = 'auth = { style = "header", header = "x-key", env = ["ACME_KEY"] }'
    modes = '[modes.two]\nwire = "openai-completions"\nauth = { style = "bearer" }\n'
    head = f'id = "acme"\nname = "Acme"\nwire = "openai-completions"\nbase_url = "{provider.url}"\n'
    install("acme", manifest=f"{head}{auth}\n{modes}")
    for mode in (None, "two"):
        provider.answer(REPLY)
        with Hamr(environ={"ACME_KEY": "made-up"}) as client:
            colour.call(client, "hi", "acme/m", **({} if mode is None else {"api_mode": mode}))
    first, second = (asked.headers for asked in provider.asked)
    assert (first.get("x-key"), first.get("authorization")) == ("made-up", None)
    assert (second.get("x-key"), second.get("authorization")) == (None, "Bearer made-up")
