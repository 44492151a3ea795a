"""A login lets calls in: refreshed before it ends, once when it is refused, by one of all processes.

H-72, M-25, R-125.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from hamr import ConfigError, Hamr, NoAnswer, NotLetIn, Overloaded
from hamr.auth.oauth import OAuth
from hamr.auth.token_endpoint import TokenEndpoint
from hamr.effects import Close, Flow
from hamr.secrets.store import CredentialStore
from hamr.types import AuthSpec, Call, Model, OAuthSpec, Provider, Route, Tokens
from hamr_testkit.authorization import AuthorizationServer, jwt
from hamr_testkit.colours import Colour
from hamr_testkit.scripted import Answer, ScriptedTransport

SPEC = OAuthSpec("https://login.test", "hamr-test", "/token", account_claim=("who", "id"), token_format="json")


def stored(folder: str) -> Tokens:
    tokens = CredentialStore(folder).tokens(("acme",)).read()
    assert tokens is not None
    return tokens


def refreshes(server: AuthorizationServer) -> int:
    return len(server.asked_for("/token"))


def bearer(tokens: Tokens) -> str:
    return f"Bearer {tokens.access}"


def calls(server: AuthorizationServer) -> list[Mapping[str, str]]:
    return [asked.headers for asked in server.asked_for("/v1/chat/completions")]


def test_a_token_with_time_left_is_sent_as_it_is(
    client: Hamr, colour: Colour, server: AuthorizationServer, log_in: Any
) -> None:
    tokens = log_in()
    assert colour.call(client, "hi", "acme/m").text == "hello"
    assert calls(server)[0]["authorization"] == bearer(tokens)
    assert calls(server)[0]["x-account"] == "account-0"
    assert refreshes(server) == 0


def test_it_is_refreshed_before_it_ends(
    client: Hamr, colour: Colour, server: AuthorizationServer, log_in: Any, folder: str
) -> None:
    old = log_in(left=299)
    assert colour.call(client, "hi", "acme/m").text == "hello"
    fresh = stored(folder)
    assert fresh.access != old.access
    assert fresh.refresh != old.refresh, "the refresh token is another one now, and kept"
    assert fresh.account == "account-1"
    assert fresh.expires is not None
    assert 3500 < fresh.expires - time.time() < 3700
    assert calls(server)[0]["authorization"] == bearer(fresh)
    assert os.stat(os.path.join(folder, "auth.json")).st_mode & 0o777 == 0o600
    (asked,) = server.asked_for("/token")
    assert asked.fields == {"grant_type": "refresh_token", "client_id": "hamr-test", "refresh_token": old.refresh}
    assert colour.call(client, "hi", "acme/m").text == "hello"
    assert refreshes(server) == 1


def test_a_refusal_has_it_refreshed_and_the_call_sent_once_more(
    client: Hamr, colour: Colour, server: AuthorizationServer, log_in: Any, folder: str
) -> None:
    old = log_in()
    server.access.discard(old.access)
    assert colour.call(client, "hi", "acme/m").text == "hello"
    assert [each["authorization"] for each in calls(server)] == [bearer(old), bearer(stored(folder))]
    assert refreshes(server) == 1


def test_a_second_refusal_is_the_answer(client: Hamr, colour: Colour, server: AuthorizationServer, log_in: Any) -> None:
    log_in()
    server.access = set()
    refused = {"access_token": "made-up-and-refused", "refresh_token": "r", "expires_in": 60}
    server.failing = [(200, refused)]
    with pytest.raises(NotLetIn, match="not let in"):
        colour.call(client, "hi", "acme/m")
    assert len(calls(server)) == 2
    assert refreshes(server) == 1


def test_a_stream_is_let_in_as_well(client: Hamr, colour: Colour, server: AuthorizationServer, log_in: Any) -> None:
    server.access.discard(log_in().access)
    assert [event for event in colour.events(client, "hi", "acme/m") if getattr(event, "text", "") == "hello"]


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_refresh_that_is_refused_says_to_log_in_again(
    client: Hamr, colour: Colour, server: AuthorizationServer, log_in: Any, folder: str, status: int
) -> None:
    old = log_in(left=-5)
    server.failing = [(status, {"error": "invalid_grant", "error_description": "it was used before"})]
    for _ in range(2):
        with pytest.raises(NotLetIn, match="it was used before") as caught:
            colour.call(client, "hi", "acme/m")
        assert caught.value.hint == "Log in again: hamr login acme"
        assert (caught.value.status, caught.value.code) == (status, "invalid_grant")
    assert refreshes(server) == 1, "a token that is refused once is not offered again"
    assert calls(server) == []
    assert stored(folder) == old
    log_in()
    assert colour.call(client, "hi", "acme/m").text == "hello"


@pytest.mark.parametrize("answer", [(500, {}), (503, b"<html>"), (429, {}), (200, {}), (200, b"nothing"), (404, {})])
def test_a_refresh_that_fails_leaves_a_token_in_use_that_has_not_ended(
    client: Hamr, colour: Colour, server: AuthorizationServer, log_in: Any, answer: Any
) -> None:
    old = log_in(left=100)
    server.failing = [answer]
    for _ in range(2):
        assert colour.call(client, "hi", "acme/m").text == "hello"
    assert {each["authorization"] for each in calls(server)} == {bearer(old)}
    assert refreshes(server) == 1, "it is not tried again with every call"


def test_a_refresh_that_fails_of_a_token_that_has_ended_is_tried_again(
    acme: None, colour: Colour, server: AuthorizationServer, log_in: Any, environ: Mapping[str, str]
) -> None:
    log_in(left=-5)
    server.failing = [(500, {}), (502, {})]
    with Hamr(environ=environ) as client:
        response = colour.call(client, "hi", "acme/m", retries=2)
    assert response.text == "hello"
    assert response.timings.attempts == 3
    assert refreshes(server) == 3


def test_a_refresh_that_always_fails_is_an_error(
    client: Hamr, colour: Colour, server: AuthorizationServer, log_in: Any
) -> None:
    log_in(left=-5)
    server.failing = [(500, {"error": {"message": "down", "code": "oops"}})]
    with pytest.raises(Overloaded, match="could not be refreshed: the authorization server refused: down") as caught:
        colour.call(client, "hi", "acme/m")
    assert (caught.value.provider, caught.value.status, caught.value.code) == ("acme", 500, "oops")


def test_a_refresh_that_is_never_answered_ends_with_the_call(
    client: Hamr, colour: Colour, server: AuthorizationServer, log_in: Any
) -> None:
    log_in(left=-5)
    server.failing = [None]
    begun = time.monotonic()
    with pytest.raises(NoAnswer):
        colour.call(client, "hi", "acme/m", timeout=0.5)
    assert time.monotonic() - begun < 30


def test_who_waits_for_another_process_to_refresh_waits_no_longer_than_the_call(
    client: Hamr, colour: Colour, log_in: Any, folder: str
) -> None:
    from hamr.storage.locks import FileLock

    log_in(left=-5)
    lock = FileLock("refresh-acme", Path(folder))
    assert lock.acquire()
    with pytest.raises(NoAnswer, match="another process holds the lock"):
        colour.call(client, "hi", "acme/m", timeout=0.3)
    lock.release()
    assert colour.call(client, "hi", "acme/m").text == "hello"


def test_what_another_process_has_refreshed_is_used(
    client: Hamr, colour: Colour, server: AuthorizationServer, log_in: Any, folder: str
) -> None:
    from hamr.storage.locks import FileLock

    log_in(left=-5)
    lock = FileLock("refresh-acme", Path(folder))
    assert lock.acquire()

    def refresh() -> None:
        time.sleep(0.2)
        log_in()
        lock.release()

    other = threading.Thread(target=refresh)
    other.start()
    assert colour.call(client, "hi", "acme/m").text == "hello"
    other.join()
    assert refreshes(server) == 0


def test_a_refusal_is_no_reason_to_refresh_what_another_process_has_refreshed(
    client: Hamr, colour: Colour, server: AuthorizationServer, log_in: Any, folder: str
) -> None:
    """The store has new tokens by the time that the old one is refused."""
    old = log_in()
    server.access.discard(old.access)
    server.meanwhile = lambda asked: log_in() if asked.headers["authorization"] == bearer(old) else None
    assert colour.call(client, "hi", "acme/m").text == "hello"
    assert refreshes(server) == 0


def test_a_login_without_a_refresh_token_lasts_as_long_as_it_does(
    client: Hamr, colour: Colour, server: AuthorizationServer, log_in: Any
) -> None:
    log_in(left=10, refresh=None)
    assert colour.call(client, "hi", "acme/m").text == "hello"
    server.access = set()
    with pytest.raises(NotLetIn, match="not let in"):
        colour.call(client, "hi", "acme/m")
    log_in(left=-1, refresh=None)
    with pytest.raises(NotLetIn, match="the login has ended"):
        colour.call(client, "hi", "acme/m")
    assert refreshes(server) == 0


def test_nobody_is_logged_in(client: Hamr, colour: Colour, folder: str) -> None:
    with pytest.raises(ConfigError, match=r"nobody is logged in to acme; looked in .*auth\.json") as caught:
        colour.call(client, "hi", "acme/m")
    assert caught.value.hint == "Log in: hamr login acme"


class FullDisk:
    """A TokenStore that can be read and not written."""

    name, folder, login, lock, refresh_lock = "auth.json", "", "", "auth.json", "refresh-acme"

    def __init__(self, folder: str, tokens: Tokens) -> None:
        self.folder, self.tokens, self.offered = folder, tokens, list[Tokens]()

    def read(self) -> Tokens:
        return self.tokens

    def replace(self, old: Tokens | None, new: Tokens) -> bool:
        assert old == self.tokens
        self.offered.append(new)
        raise ConfigError("auth.json cannot be written: no space left")


def test_tokens_that_cannot_be_written_last_as_long_as_the_program(colour: Colour, tmp_path: Path) -> None:
    """The old refresh token is worth nothing by then."""
    store = FullDisk(str(tmp_path), Tokens("a0", "r0", 0.0))
    provider = Provider("acme", "Acme", "https://acme.test", "w", auth=AuthSpec("oauth", oauth=SPEC))
    auth = OAuth(Route(provider, Model("m"), lambda: None, tokens=store))

    def flow() -> Flow[str]:
        reply = yield from auth.flow(Call("https://acme.test/v1"))
        yield Close(reply)
        return "done"

    fresh = json.dumps({"access_token": "a1", "refresh_token": "r1", "expires_in": 3600}).encode()
    newer = json.dumps({"access_token": "a2", "refresh_token": "r2", "expires_in": 3600}).encode()
    transport = ScriptedTransport(Answer((fresh,)), Answer(), Answer(), Answer(status=401), Answer((newer,)), Answer())
    for _ in range(3):
        assert colour.result(flow(), transport) == "done"
    sent = [call.headers["authorization"] for call in transport.calls if call.url.startswith("https://acme.test")]
    assert sent == ["Bearer a1", "Bearer a1", "Bearer a1", "Bearer a2"]
    assert json.loads(transport.calls[4].body)["refresh_token"] == "r1"
    assert [tokens.refresh for tokens in store.offered] == ["r1", "r2"]


def test_logging_out_while_it_is_refreshed_is_not_undone(
    client: Hamr, colour: Colour, server: AuthorizationServer, log_in: Any, folder: str
) -> None:
    log_in(left=-5)
    store = CredentialStore(folder)
    server.meanwhile = lambda _: store.change(lambda document: document.clear())
    assert colour.call(client, "hi", "acme/m").text == "hello"
    assert store.ids() == []


def test_eight_processes_refresh_once(
    acme: None, server: AuthorizationServer, log_in: Any, environ: Mapping[str, str], folder: str
) -> None:
    """Pain 37: exactly one exchange."""
    log_in(left=-5)
    code = (
        "import sys, hamr; client = hamr.Hamr(); client.pipeline('acme/m'); print('on', flush=True)\n"
        "sys.stdin.readline(); print(client.call('hi', 'acme/m').text)"
    )
    variables = {**os.environ, **environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    running = [
        subprocess.Popen(
            [sys.executable, "-c", code], env=variables, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(8)
    ]
    for process in running:
        assert process.stdout is not None
        assert process.stdout.readline() == "on\n"
    for process in running:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    assert [process.communicate(timeout=60)[0] for process in running] == ["hello\n"] * 8
    assert refreshes(server) == 1
    assert {each["authorization"] for each in calls(server)} == {bearer(stored(folder))}
    assert server.refresh >= {stored(folder).refresh}


def test_many_calls_of_one_client_refresh_once(
    client: Hamr, server: AuthorizationServer, log_in: Any, colour: Colour
) -> None:
    import asyncio

    old = log_in()
    server.access.discard(old.access)
    texts: list[str] = []
    if colour.name == "sync":
        threads = [threading.Thread(target=lambda: texts.append(client.call("hi", "acme/m").text)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    else:

        async def all_of_them() -> None:
            texts.extend(each.text for each in await asyncio.gather(*(client.acall("hi", "acme/m") for _ in range(8))))
            await client.aclose()

        asyncio.run(all_of_them())
    assert texts == ["hello"] * 8
    assert refreshes(server) == 1


@pytest.mark.parametrize("left", [3600.0, -5.0, None])
def test_what_would_be_sent_is_shown_without_the_token_and_without_a_login(
    client: Hamr, log_in: Any, server: AuthorizationServer, left: float | None
) -> None:
    tokens = None if left is None else log_in(left=left)
    call = client.preview("hi", "acme/m")
    assert call.headers["authorization"] == "Bearer $ACME_ACCESS_TOKEN"
    assert call.headers["x-account"] == "$ACME_ACCOUNT"
    assert tokens is None or tokens.access not in f"{call} {call.headers}"
    assert server.asked == []


def test_a_refresh_may_be_sent_as_json_and_leave_things_out(colour: Colour) -> None:
    answer = {"access_token": jwt({"exp": 12345, "who": {"id": "account-2"}})}
    transport = ScriptedTransport(Answer((json.dumps(answer).encode(),)))
    old = Tokens("a", "r", 1.0, "account-1", {"kept": 1})
    new = colour.result(TokenEndpoint("acme", SPEC).refresh(old), transport)
    assert new == Tokens(answer["access_token"], "r", 12345.0, "account-2", {"kept": 1})
    (call,) = transport.calls
    assert isinstance(call, Call)
    assert call.url == "https://login.test/token"
    assert json.loads(call.body) == {"grant_type": "refresh_token", "client_id": "hamr-test", "refresh_token": "r"}


def test_a_refresh_may_give_a_refresh_token_alone(colour: Colour) -> None:
    transport = ScriptedTransport(Answer((b'{"refresh_token": "r2"}',)))
    new = colour.result(TokenEndpoint("acme", SPEC).refresh(Tokens("a", "r")), transport)
    assert (new.access, new.refresh) == ("a", "r2")
