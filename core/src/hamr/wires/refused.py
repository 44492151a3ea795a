"""What every server half does to say that a call failed, whatever its envelope is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.errors import BrokenReply, TooLong
from hamr.types import Head

if TYPE_CHECKING:
    from hamr.errors import CallError

BROKEN_OFF = "the reply broke off before its end"


def refused(
    error: CallError, status: int, body: Any, *, content_type: str = "application/json", id_header: str | None = None
) -> Head:
    """The reply that says so: its status is that of the error's class, so that a client does what that calls for.

    With `id_header`, the id of the provider's own request goes in a header of that name.
    """
    from pydantic_core import to_json

    headers = {"content-type": content_type}
    if error.retry_after is not None:
        headers["retry-after"] = f"{error.retry_after:g}"
    if id_header is not None and error.request_id is not None:
        headers[id_header] = error.request_id
    return Head(status, headers, to_json(body))


def told_error(error: CallError | None) -> CallError:
    """The error that a reply ends with; without one, that it broke off."""
    return BrokenReply(BROKEN_OFF) if error is None else error


def told_message(error: CallError, too_long: str) -> str:
    """The text of an error; that of an overflow has the words by which clients know it where there is no code."""
    if isinstance(error, TooLong) and too_long not in error.message:
        return f"{too_long}: {error.message}"
    return error.message


def told_end(error: CallError | None, raw: str | None, too_long: str) -> str:
    """The text that a reply ends with on a wire that has a text for it alone; `raw` is a reason of the model's."""
    if error is None and raw is not None:
        return f"the model ended with an error: {raw}"
    return told_message(told_error(error), too_long)
