"""What the plugin makes of requests, and of replies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hamr import BadRequest, CallError, Message, NoSuchModel, QuotaSpent, Request, Text
from hamr_testkit.wired import counted

if TYPE_CHECKING:
    from hamr_testkit.fixtures import Recordings, Wire

HELLO = (Message("user", (Text("hello"),)),)


MODEL = "huggingface/openai/gpt-oss-120b:cheapest"


def test_the_partner_stands_in_the_name_of_the_model(wire: Wire) -> None:
    """R-4."""
    body, _ = wire(MODEL).body(Request(HELLO, max_tokens=5))
    assert (body["model"], body["max_tokens"]) == ("openai/gpt-oss-120b:cheapest", 5)
    assert wire("huggingface").body(Request(HELLO))[0]["model"] == "openai/gpt-oss-120b:cheapest"
    other = wire("huggingface", HUGGINGFACE_MODEL="a/b:fastest")
    assert other.body(Request(HELLO))[0]["model"] == "a/b:fastest"


def test_recorded_replies(recordings: Recordings, wire: Wire) -> None:
    for row, response in wire(MODEL).read_all(recordings("huggingface.openai-chat")):
        assert response.usage is not None
        assert counted(response) == response.usage.raw["total_tokens"], row.id


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, {"error": {"message": "The requested model 'a/b' is not a chat model"}}, NoSuchModel),
        (400, {"error": "Bad input"}, BadRequest),
        (402, {"error": "You have exceeded your monthly included credits"}, QuotaSpent),
        (404, {"error": "Model a/b does not exist"}, NoSuchModel),
    ],
)
def test_errors(status: int, body: object, kind: type[CallError], wire: Wire) -> None:
    assert type(wire(MODEL).error(status, body)) is kind
