"""Errors of ours, in Bedrock's words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hamr.api import BrokenReply, Head, TooLong
from hamr_provider_bedrock.tables import TABLES

if TYPE_CHECKING:
    from hamr.api import CallError


def words(error: CallError | None) -> tuple[int, str, str]:
    """Status, exception and message of an error of ours; None stands for a reply that broke off."""
    error = error or BrokenReply("the reply broke off before its end")
    status, named = TABLES["refusals"].get(type(error).__name__, TABLES["refusals"]["BrokenReply"])
    begin = "Input is too long for requested model. " if isinstance(error, TooLong) else ""
    return status, named, begin + error.message


def refusal(error: CallError) -> Head:
    """The reply that says so."""
    from pydantic_core import to_json

    status, named, message = words(error)
    headers = {"content-type": "application/json", "x-amzn-errortype": named}
    if error.request_id is not None:
        headers["x-amzn-requestid"] = error.request_id
    return Head(status, headers, to_json({"message": message}))
