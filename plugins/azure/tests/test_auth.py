"""How calls are let in: keys, tokens, and what is exchanged for a token; and what is said where there is nothing."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from hamr import ConfigError, Hamr, NoAnswer, NotLetIn
from hamr.api import Call
from hamr_provider_azure.auth import AzureAuth
from hamr_testkit.canned import Canned
from hamr_testkit.colours import Colour
from hamr_testkit.scripted import Answer, ScriptedTransport

CALL = Call("https://mine.openai.azure.com/openai/v1/responses")
ANSWER = Answer((b"{}",))
APPLICATION = {"AZURE_TENANT_ID": "ten/ant", "AZURE_CLIENT_ID": "me", "AZURE_CLIENT_SECRET": "canary-client-secret"}
DARK = {"AZURE_TOKEN_CREDENTIALS": "dev"}


def auth(**environ: str) -> AzureAuth:
    return AzureAuth(Hamr(environ={"AZURE_RESOURCE_NAME": "mine", **environ}).pipeline("azure/m").route)


def sent(colour: Colour, entry: AzureAuth, *answers: Answer | Exception) -> list[Call]:
    transport = ScriptedTransport(*(answers or (ANSWER,)))
    colour.result(entry.flow(CALL), transport)
    return transport.calls


def given(value: str = "canary-token", seconds: float = 3600, **more: Any) -> Answer:
    return Answer((json.dumps({"access_token": value, "expires_in": seconds, **more}).encode(),))


def jwt(seconds: float) -> str:
    claims = base64.urlsafe_b64encode(json.dumps({"exp": time.time() + seconds}).encode()).decode().rstrip("=")
    return f"e30.{claims}.c2ln"


@pytest.mark.parametrize(
    ("environ", "header", "value"),
    [
        ({"AZURE_OPENAI_API_KEY": "k"}, "api-key", "k"),
        ({"AZURE_API_KEY": "k"}, "api-key", "k"),
        ({"AZURE_OPENAI_AD_TOKEN": "t"}, "authorization", "Bearer t"),
        ({"AZURE_OPENAI_BEARER_TOKEN": "t"}, "authorization", "Bearer t"),
        ({"AZURE_OPENAI_API_KEY": "k", "AZURE_OPENAI_AD_TOKEN": "t", **APPLICATION}, "api-key", "k"),
        ({"AZURE_OPENAI_AD_TOKEN": jwt(36_000)}, "authorization", None),
    ],
)
def test_a_key_or_a_token(colour: Colour, environ: dict[str, str], header: str, value: str | None) -> None:
    """M-27, N-84: one header alone."""
    (call,) = sent(colour, auth(**environ))
    assert call.secret == {header}
    assert value is None or call.headers[header] == value


def test_a_key_given_in_code(colour: Colour, provider: Canned) -> None:
    provider.answer({"choices": [{"index": 0, "message": {"content": "Hello."}, "finish_reason": "stop"}]})
    with Hamr(environ={"AZURE_OPENAI_ENDPOINT": provider.url}, keys={"azure": "mine"}) as hamr:
        assert colour.call(hamr, "hi", "azure/m").text == "Hello."
    assert provider.asked[0].headers["api-key"] == "mine"


def test_an_expired_token_is_told_before_it_is_sent(colour: Colour) -> None:
    transport = ScriptedTransport()
    token = jwt(-1)
    with pytest.raises(ConfigError, match="AZURE_OPENAI_AD_TOKEN has expired") as caught:
        colour.result(auth(AZURE_OPENAI_AD_TOKEN=token).flow(CALL), transport)
    assert transport.calls == []
    assert token not in str(caught.value)


def test_an_application_is_given_a_token_once(colour: Colour) -> None:
    entry = auth(**APPLICATION)
    asked, call = sent(colour, entry, given(), ANSWER)
    assert asked.url == "https://login.microsoftonline.com/ten%2Fant/oauth2/v2.0/token"
    assert parse_qs(asked.body.decode()) == {
        "grant_type": ["client_credentials"],
        "client_id": ["me"],
        "client_secret": ["canary-client-secret"],
        "scope": ["https://cognitiveservices.azure.com/.default"],
    }
    assert call.headers["authorization"] == "Bearer canary-token"
    assert call.secret == {"authorization"}
    assert "canary" not in f"{asked!r} {entry!r}".replace(repr(asked.body), "")
    (again,) = sent(colour, entry)
    assert again.headers["authorization"] == "Bearer canary-token"


@pytest.mark.parametrize("first", [given("old", 200), given("old", 0, expires_on=str(int(time.time()) + 100))])
def test_a_token_is_renewed_before_it_ends(colour: Colour, first: Answer) -> None:
    entry = auth(**APPLICATION)
    sent(colour, entry, first, ANSWER)
    _, call = sent(colour, entry, given("new"), ANSWER)
    assert call.headers["authorization"] == "Bearer new"


def test_a_token_that_is_refused_is_forgotten(colour: Colour) -> None:
    entry = auth(**APPLICATION)
    sent(colour, entry, given("old"), Answer((b"{}",), status=401))
    assert sent(colour, entry, given("new"), ANSWER)[1].headers["authorization"] == "Bearer new"


def test_a_workloads_identity(colour: Colour, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("canary-assertion\n")
    file.chmod(0o600)
    environ = {"AZURE_TENANT_ID": "t", "AZURE_CLIENT_ID": "me", "AZURE_FEDERATED_TOKEN_FILE": str(file)}
    asked, call = sent(colour, auth(**environ, AZURE_AUTHORITY_HOST="login.microsoftonline.us"), given(), ANSWER)
    assert asked.url == "https://login.microsoftonline.us/t/oauth2/v2.0/token"
    said = parse_qs(asked.body.decode())
    assert said["client_assertion"] == ["canary-assertion"]
    assert said["client_assertion_type"] == ["urn:ietf:params:oauth:client-assertion-type:jwt-bearer"]
    assert call.headers["authorization"] == "Bearer canary-token"


def test_an_app_services_identity(colour: Colour) -> None:
    environ = {"IDENTITY_ENDPOINT": "http://127.0.0.1:41/msi", "IDENTITY_HEADER": "canary-header"}
    asked, call = sent(colour, auth(**environ, AZURE_CLIENT_ID="me"), given(), ANSWER)
    assert asked.url.startswith(
        "http://127.0.0.1:41/msi?api-version=2019-08-01&resource=https%3A%2F%2Fcognitiveservices"
    )
    assert asked.url.endswith("&client_id=me")
    assert (asked.headers["x-identity-header"], asked.secret) == ("canary-header", frozenset({"x-identity-header"}))
    assert call.headers["authorization"] == "Bearer canary-token"


def test_a_machines_identity(colour: Colour) -> None:
    asked, call = sent(colour, auth(), given(), ANSWER)
    assert asked.url.startswith("http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01")
    assert asked.headers == {"metadata": "true"}
    assert asked.timeouts.total == 1.0
    assert call.headers["authorization"] == "Bearer canary-token"


@pytest.mark.parametrize(
    ("environ", "answers", "said"),
    [
        (DARK, (), "not a managed identity"),
        ({}, (NoAnswer("refused"),), "a managed identity at http://169.254.169.254 (NoAnswer: refused)"),
        ({}, (Answer((b"no",), status=404),), "(it answered 404)"),
        (
            {**DARK, "AZURE_TENANT_ID": "t", "AZURE_CLIENT_ID": "c", "AZURE_FEDERATED_TOKEN_FILE": "/nowhere/at/all"},
            (),
            "/nowhere/at/all of AZURE_FEDERATED_TOKEN_FILE (there is no such file)",
        ),
    ],
)
def test_every_place_is_named_where_there_is_nothing(
    colour: Colour, environ: dict[str, str], answers: tuple[Answer | Exception, ...], said: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        colour.result(auth(**environ).flow(CALL), ScriptedTransport(*answers))
    shown = str(caught.value)
    for place in ("AZURE_OPENAI_API_KEY", "AZURE_API_KEY", "AZURE_OPENAI_AD_TOKEN", "AZURE_OPENAI_BEARER_TOKEN", said):
        assert place in shown
    if "AZURE_TENANT_ID" not in environ:
        assert "AZURE_TENANT_ID and AZURE_CLIENT_ID with AZURE_CLIENT_SECRET" in shown


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (
            Answer(
                (b'{"error": "invalid_client", "error_description": "AADSTS7000215: Invalid secret.\\r\\nTrace: 1"}',),
                401,
            ),
            "AADSTS7000215: Invalid secret.",
        ),
        (Answer((b"<html>",), 502), "it answered 502, and no token"),
        (Answer((b'{"token": 1}',)), "it answered 200, and no token"),
        (Answer((b"[]",)), "no token"),
    ],
)
def test_a_token_that_is_not_given(colour: Colour, answer: Answer, said: str) -> None:
    with pytest.raises(NotLetIn) as caught:
        colour.result(auth(**APPLICATION).flow(CALL), ScriptedTransport(answer))
    assert said in str(caught.value)
    assert "Trace" not in str(caught.value)
    assert "canary" not in f"{caught.value!r} {caught.value}"


def test_no_secret_goes_to_an_open_address(colour: Colour) -> None:
    transport = ScriptedTransport()
    with pytest.raises(ConfigError, match="to which no secret is sent"):
        colour.result(auth(**APPLICATION, AZURE_AUTHORITY_HOST="http://login.example").flow(CALL), transport)
    assert transport.calls == []


@pytest.fixture
def entra(provider: Canned) -> Callable[..., Hamr]:
    """A client whose tokens and answers come from the same server on this machine."""

    def make() -> Hamr:
        environ = {"AZURE_OPENAI_ENDPOINT": provider.url, "AZURE_AUTHORITY_HOST": provider.url}
        return Hamr(environ={**environ, **APPLICATION, "AZURE_TENANT_ID": "t"})

    return make


def test_a_call_by_an_application(colour: Colour, provider: Canned, entra: Callable[..., Hamr]) -> None:
    """End to end; what the token is stands in no error."""
    provider.answer({"access_token": "canary-token", "expires_in": 3600})
    provider.answer({"error": {"message": "canary-token and canary-client-secret are not wanted"}}, status=401)
    with entra() as hamr, pytest.raises(NotLetIn) as caught:
        colour.call(hamr, "hi", "azure/m")
    assert [asked.path.partition("?")[0] for asked in provider.asked] == [
        "/t/oauth2/v2.0/token",
        "/openai/deployments/m/chat/completions",
    ]
    assert provider.asked[1].headers["authorization"] == "Bearer canary-token"
    assert "canary" not in f"{caught.value!r} {caught.value} {caught.value.body}"
