"""Everything that hamr raises.

HamrError
├─ ConfigError      a manifest, key, name or file is wrong or missing            fix
├─ PluginError      a plugin cannot load, clashes, or speaks another api         fix
├─ Unsupported      the route lacks a feature that was asked for                 fail-over
├─ StateLost        what processes have in common cannot be read or written      fix
└─ CallError        one call failed
   ├─ NoAnswer      refused, timed out, broke before the first byte              retry
   ├─ BrokenReply   broke after the first byte; `partial` holds what came        fix
   ├─ NotLetIn      401, 403, refresh refused                                    rotate-key
   ├─ RateLimited   429                                                          rotate-key
   ├─ QuotaSpent    402, insufficient_quota, plan used up                        rotate-key
   ├─ BudgetSpent   a budget of the user's own has no room for the call          fix
   ├─ NoSuchModel   404, dedicated-only route                                    fail-over
   ├─ TooLong       context overflow                                             fix
   ├─ Refused       content filter                                               fix
   ├─ BadRequest    other 4xx                                                    fix
   └─ Overloaded    5xx, 529                                                     retry
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing itself would cost every start 8 ms (docs/decisions/start-up.md)
if TYPE_CHECKING:
    from typing import Any, ClassVar, Literal, TypedDict, Unpack

    from hamr.types.response import Response
    from hamr.types.run import Run

    Action = Literal["retry", "rotate-key", "fail-over", "fix"]

    class Facts(TypedDict, total=False):
        """What is known of a failed call."""

        hint: str
        provider: str | None
        model: str | None
        status: int | None
        code: str | None
        param: str | None
        request_id: str | None
        retry_after: float | None
        body: str | None


FAILING = 400
"""The status codes from here on say that a call failed; an error may come under another one too."""


class HamrError(Exception):
    """Something went wrong; `hint` says what to do next, `action` what a program may do about it."""

    action: ClassVar[Action] = "fix"
    default_hint: ClassVar[str] = ""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint or self.default_hint

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}" if self.hint else self.message


class ConfigError(HamrError):
    """A manifest, key, name or file is wrong or missing; `steps` say how far a model's name was read, where it was."""

    steps: tuple[Any, ...] = ()


class PluginError(HamrError):
    """A plugin cannot load, clashes with another, or speaks another api."""


class Unsupported(HamrError):
    """The route lacks a feature that was asked for."""

    action = "fail-over"


class StateLost(HamrError):
    """What processes have in common, such as limits, cannot be read or written just now."""


class CallError(HamrError):
    """One call failed.

    `status`, `code` and `request_id` are the provider's; `retry_after` is in seconds; `body` is the reply with
    secrets taken out; `partial` holds what had come; `attempts` counts how often the call was sent; `run` is what a
    run had come to before this call.
    """

    repeatable: bool = False
    """Whether the very same call may succeed a little later, with the same key: as its kind is, or the server says."""

    def __init__(self, message: str, **facts: Unpack[Facts]) -> None:
        super().__init__(message, hint=facts.get("hint", ""))
        self.provider = facts.get("provider")
        self.model = facts.get("model")
        self.status = facts.get("status")
        self.code = facts.get("code")
        self.param = facts.get("param")
        self.request_id = facts.get("request_id")
        self.retry_after = facts.get("retry_after")
        self.body = facts.get("body")
        self.partial: Response | None = None
        self.attempts = 1
        self.run: Run | None = None

    def __str__(self) -> str:
        where = "/".join(part for part in (self.provider, self.model) if part)
        failed = self.status if self.status is not None and self.status >= FAILING else None
        code = None if self.code == str(failed) else self.code
        what = " ".join(str(part) for part in (failed, code) if part is not None)
        told = ": ".join(part for part in (where, what, self.message) if part)
        if self.request_id:
            told += f" (request {self.request_id})"
        return f"{told}\n{self.hint}" if self.hint else told


class NoAnswer(CallError):
    """The provider refused the connection, kept silent, or broke off before the first byte."""

    action = "retry"
    repeatable = True
    default_hint = "Check the network and the base URL, or try again."


class BrokenReply(CallError):
    """The reply broke off or made no sense after its first byte; `partial` holds what had come."""

    default_hint = "What had come is kept; ask again for a whole answer."


class NotLetIn(CallError):
    """The provider does not accept the key, or the key may not do this."""

    action = "rotate-key"
    default_hint = "Check the key, and that it may use this model."


class RateLimited(CallError):
    """Too many calls or tokens in too short a time."""

    action = "rotate-key"
    repeatable = True
    default_hint = "Wait, send less, or use another key."


class QuotaSpent(CallError):
    """The credit or the plan behind this key is used up."""

    action = "rotate-key"
    default_hint = "Add credit with the provider, or use another key."


class BudgetSpent(CallError):
    """A budget of the user's own has no room for the call; it was not sent."""

    default_hint = "Raise the budget, or wait until its next period begins: `hamr budget` lists them."


class NoSuchModel(CallError):
    """The provider has no such model, or not for this key."""

    action = "fail-over"
    default_hint = "Check the model's name against the provider's list."


class TooLong(CallError):
    """The conversation does not fit into the model's context."""

    default_hint = "Shorten the conversation, or use a model with a larger context."


class Refused(CallError):
    """The provider's content filter refused the request or the answer."""

    default_hint = "Change the request; the same one will be refused again."


class BadRequest(CallError):
    """The provider says that the request is wrong."""

    default_hint = "The message above is the provider's own; change the request accordingly."


class Overloaded(CallError):
    """The provider failed or is overloaded."""

    action = "retry"
    repeatable = True
    default_hint = "The fault is the provider's; try again later."
