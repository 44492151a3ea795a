"""The provider on the loopback, asked without hamr."""

from __future__ import annotations

import urllib.error
import urllib.request
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from hamr_testkit.canned import Canned


def post(url: str, body: bytes) -> bytes:
    with urllib.request.urlopen(urllib.request.Request(url, body, {"X-Name": "value"}), timeout=5) as reply:
        answer: bytes = reply.read()
        return answer


def test_answers_come_in_line_and_requests_are_kept(provider: Canned) -> None:
    provider.answer({"one": 1})
    provider.stream({"two": 2})
    assert post(f"{provider.url}/path", b"{}") == b'{"one": 1}'
    assert post(provider.url, b"[]") == b'data: {"two": 2}\n\ndata: [DONE]\n\n'
    assert (provider.asked[0].path, provider.asked[0].json, provider.asked[0].headers["x-name"]) == (
        "/path",
        {},
        "value",
    )


def test_no_answer_in_line_is_a_fault(provider: Canned) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        post(provider.url, b"")
    assert caught.value.code == 500
    caught.value.close()
