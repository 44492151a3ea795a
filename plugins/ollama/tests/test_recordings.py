"""Real traffic: every recorded reply is decoded, every recorded failure understood."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from hamr import NoSuchModel

if TYPE_CHECKING:
    from hamr_testkit.fixtures import Recordings, Wire
    from hamr_testkit.recordings import Recording


class Naive:
    """A reading of a reply that shares nothing with the decoder."""

    def __init__(self, row: Recording) -> None:
        self.bodies = [json.loads(line) for line in row.body.splitlines() if line.strip()]
        messages = [body.get("message") or {"content": body.get("response")} for body in self.bodies]
        self.text = "".join(message.get("content") or "" for message in messages)
        self.thinking = "".join(message.get("thinking") or "" for message in messages)
        self.calls = [call["function"] for message in messages for call in message.get("tool_calls") or []]

    @property
    def last(self) -> dict[str, Any]:
        """The line that ends it."""
        last: dict[str, Any] = self.bodies[-1]
        return last


@pytest.mark.parametrize("name", ["ollama.ollama-chat", "ollama.ollama-generate"])
def test_recorded_replies_are_read_as_they_stand(name: str, wire: Wire, recordings: Recordings) -> None:
    """Pain 16 and pain 18: whole and in any cut, with the same events."""
    for row, response in wire("ollama/m").read_all(recordings(name)):
        naive = Naive(row)
        assert (response.text, response.thinking) == (naive.text, naive.thinking), row.id
        assert [(call.name, call.arguments) for call in response.tool_calls] == [
            (call["name"], call["arguments"]) for call in naive.calls
        ]
        assert response.finish_reason == ("tool_calls" if naive.calls else "stop")
        assert response.model == naive.last["model"]
        assert response.usage is not None
        assert response.usage.input == naive.last.get("prompt_eval_count", 0)
        assert response.usage.output == naive.last["eval_count"]
        assert response.usage.raw["total_duration"] == naive.last["total_duration"]


def test_recorded_failures_are_understood(wire: Wire, recordings: Recordings) -> None:
    failures = [row for row in recordings("ollama.ollama-chat") if row.status != 200]
    assert failures
    for row in failures:
        assert type(wire("ollama/m").error(row.status, row.body)) is NoSuchModel
