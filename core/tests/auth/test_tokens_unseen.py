"""Tokens in every slot, every failure forced: nothing of them is seen."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest

from hamr import Hamr, HamrError
from hamr_testkit.authorization import AuthorizationServer
from hamr_testkit.canary import seen
from hamr_testkit.colours import Colour

ECHO = {"error": "{tokens}", "error_description": "you sent {tokens}", "detail": "{tokens}"}
FAILURES: dict[str, tuple[int, Any] | None] = {
    "refused": None,
    "refused at length": (401, {"error": {"message": "{tokens}" * 50, "code": "{tokens}", "type": "{tokens}"}}),
    "refused in other words": (400, ECHO),
    "failed": (500, ECHO),
    "limited": (429, ECHO),
    "no JSON": (400, b"{tokens}"),
    "no tokens": (200, ECHO),
    "no table": (200, ["{tokens}"]),
}


LogIn = Callable[..., Any]
Said = Callable[[], str]


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> Said:
    """All that was logged and printed."""
    caplog.set_level(logging.DEBUG)
    return lambda: caplog.text + "".join(capsys.readouterr())


def echoing(answer: Any, tokens: str) -> Any:
    if isinstance(answer, str):
        return answer.replace("{tokens}", tokens)
    if isinstance(answer, bytes):
        return answer.replace(b"{tokens}", tokens.encode())
    if isinstance(answer, dict):
        return {name: echoing(value, tokens) for name, value in answer.items()}
    return [echoing(each, tokens) for each in answer] if isinstance(answer, list) else answer


@pytest.mark.parametrize("failing", [(name, left) for name in FAILURES for left in (-5, 3600)], ids=str)
def test_no_failure_of_a_refresh_shows_a_token(
    client: Hamr, colour: Colour, server: AuthorizationServer, log_in: LogIn, said: Said, failing: tuple[str, float]
) -> None:
    name, left = failing
    server.echo = True
    tokens = log_in(left=left)
    server.access.clear()
    server.refresh.clear()
    if (failure := FAILURES[name]) is not None:
        server.failing = [echoing(failure, f"{tokens.refresh} {tokens.access}")]
    with pytest.raises(HamrError) as caught:
        colour.events(client, "hi", "acme/m")
    told = seen(caught.value) + said() + repr(client.pipeline("acme/m").route) + repr(tokens)
    assert tokens.access not in told
    assert tokens.refresh not in told
    assert "canary" not in told


def test_a_provider_that_echoes_a_token_which_another_process_has_replaced(
    client: Hamr, colour: Colour, server: AuthorizationServer, log_in: LogIn
) -> None:
    server.echo = True
    tokens = log_in(refresh=None)
    server.access.clear()

    def replace(_: object) -> None:
        log_in(refresh=None)
        server.access.clear()

    server.meanwhile = replace
    with pytest.raises(HamrError) as caught:
        colour.call(client, "hi", "acme/m")
    assert "*** is not let in" in str(caught.value)
    assert tokens.access not in seen(caught.value)
    assert len(server.asked) == 2
