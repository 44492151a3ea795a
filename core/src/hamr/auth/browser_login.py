"""Logging in with a browser, on this machine or on another. A flow."""

from __future__ import annotations

from hamr.auth.pkce import Pkce
from hamr.auth.token_endpoint import TokenEndpoint
from hamr.effects import Flow, Now, Sleep, Tell
from hamr.errors import NoAnswer
from hamr.specs import Answers
from hamr.types import Tokens

PATIENCE = 300.0
"""Seconds that a person has."""
POLL = 0.1


def browser_login(endpoint: TokenEndpoint, inbox: Answers, pkce: Pkce | None = None) -> Flow[Tokens]:
    """The tokens of who logs in at the URL that is told; raises NotLetIn, NoAnswer or another CallError.

    What arrives in the inbox and belongs to another login is passed over.
    """
    pkce = pkce or Pkce()
    yield Tell("Log in with your browser:", pkce.url(endpoint.spec, inbox.redirect_uri))
    deadline = (yield Now()) + PATIENCE
    while (yield Now()) < deadline:
        text = inbox.take()
        if text is None:
            yield Sleep(POLL)
        elif (code := pkce.code(text)) is None:
            yield Tell("That is no answer to this login; waiting for another.")
        else:
            return (yield from endpoint.exchange(code, pkce.verifier, inbox.redirect_uri, pkce.state))
    raise NoAnswer(f"nobody logged in within {PATIENCE:.0f} s", provider=endpoint.provider, hint="Try again.")
