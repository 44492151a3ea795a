"""What goes wrong with an agent, in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hamr.api import BrokenReply, CallError, NoAnswer
from hamr_provider_acp.failure import Refusal, call_error, last_words, login_hint
from hamr_provider_acp.patience import Silent
from hamr_provider_acp.process import LONGEST_LINE, Ended, LineTooLong

if TYPE_CHECKING:
    from hamr_provider_acp.connection import Connection

FAILURES = (Refusal, Ended, Silent, LineTooLong)
STARTING = "Start it in a terminal to see what it lacks."


def failed(exc: Exception, connection: Connection, agent: str, *, begun: bool) -> CallError:
    """The error for a failure; `begun` where the prompt had been sent: then it is not sent again.

    The process has been ended before, so that its exit code is known.
    """
    stderr, methods = connection.stderr, connection.hello.auth_methods if connection.hello else None
    if isinstance(exc, Refusal):
        text = connection.secrets.clean(exc.text)
        return call_error(exc.code, text, exc.method, login_hint(methods), stderr)
    told, kind, hint = _told(exc, connection, agent, begun=begun)
    words = last_words(stderr)
    return kind(f"{told}; it wrote:\n{words}" if words else told, body=stderr or None, hint=hint)


def _told(exc: Exception, connection: Connection, agent: str, *, begun: bool) -> tuple[str, type[CallError], str]:
    if isinstance(exc, Silent):
        kind = BrokenReply if begun else NoAnswer
        return f"{agent} did not answer: {exc}", kind, "Allow it more time (`timeouts`), or start it in a terminal."
    if isinstance(exc, LineTooLong):
        return f"{agent} sent a line of more than {LONGEST_LINE:,} bytes", BrokenReply, ""
    when = "before the end of its answer" if begun else "before it took a prompt"
    return f"{agent} {_ended(connection.process.exit_code)} {when}", BrokenReply, "" if begun else STARTING


def _ended(code: int | None) -> str:
    if code is None or code == 0:
        return "ended"
    return f"ended with exit code {code}" if code > 0 else f"was ended by signal {-code}"
