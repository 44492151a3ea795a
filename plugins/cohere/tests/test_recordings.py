"""Real traffic: every recorded reply is decoded, every recorded failure understood."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hamr import NotLetIn

if TYPE_CHECKING:
    from hamr_testkit.fixtures import Recordings, Wire
    from hamr_testkit.recordings import Recording

MODEL = "cohere/command-a-plus-05-2026"


class Naive:
    """A reading of a reply that shares nothing with the decoder."""

    def __init__(self, row: Recording) -> None:
        self.text = self.thinking = self.plan = ""
        self.calls: dict[int, dict[str, str]] = {}
        self.cited: list[dict[str, Any]] = []
        text = row.body.decode()
        if text.lstrip().startswith("{"):
            self._whole(json.loads(text))
        else:
            for line in text.splitlines():
                if line.startswith("data: {"):
                    self._event(json.loads(line[6:]))

    def _whole(self, body: dict[str, Any]) -> None:
        message = body["message"]
        for part in message.get("content") or []:
            self.text += part.get("text", "")
            self.thinking += part.get("thinking", "")
        self.plan = message.get("tool_plan") or ""
        self.cited = message.get("citations") or []
        for at, call in enumerate(message.get("tool_calls") or []):
            self.calls[at] = {"id": call["id"], **call["function"]}
        self.finish, self.usage = body["finish_reason"], body.get("usage")

    def _event(self, event: dict[str, Any]) -> None:
        message = (event.get("delta") or {}).get("message") or {}
        match event["type"]:
            case "content-start" | "content-delta":
                self.text += message["content"].get("text", "")
                self.thinking += message["content"].get("thinking", "")
            case "tool-plan-delta":
                self.plan += message["tool_plan"]
            case "citation-start":
                self.cited.append(message["citations"])
            case "tool-call-start":
                call = message["tool_calls"]
                self.calls[event["index"]] = {"id": call["id"], **call["function"]}
            case "tool-call-delta":
                self.calls[event["index"]]["arguments"] += message["tool_calls"]["function"]["arguments"]
            case "message-end":
                self.finish, self.usage = event["delta"]["finish_reason"], event["delta"].get("usage")


def native(recordings: Recordings) -> list[Recording]:
    """Those of the second version of the API; the streams of the first are of another type."""
    rows = recordings("cohere.cohere-chat")
    found = [row for row in rows if row.headers.get("content-type") != "application/stream+json"]
    assert len(found) > 40
    return found


def test_recorded_replies_are_read_as_they_stand(wire: Wire, recordings: Recordings) -> None:
    """Pain 16 and pain 18: whole and in any cut, with the same events."""
    for row, response in wire(MODEL).read_all(native(recordings)):
        naive = Naive(row)
        assert response.text == naive.text + naive.plan, row.id
        assert response.thinking == naive.thinking, row.id
        calls = [
            (call["id"], call["name"], json.loads(call["arguments"] or "{}") or {}) for call in naive.calls.values()
        ]
        assert [(call.id, call.name, call.arguments) for call in response.tool_calls] == calls, row.id
        assert not [call.problem for call in response.tool_calls if call.problem]
        kept = [
            each
            for part in response.message.parts
            for each in ((part.extra or {}).get("cohere") or {}).get("citations", [])
        ]
        assert kept == naive.cited, row.id
        expected = {"COMPLETE": "stop", "TOOL_CALL": "tool_calls", "MAX_TOKENS": "length"}
        assert response.finish_reason == expected[naive.finish], row.id
        if naive.usage and response.usage:
            tokens = naive.usage["tokens"]
            assert response.usage.input_total == tokens["input_tokens"] + tokens.get("image_tokens", 0)
            assert response.usage.output_total == tokens["output_tokens"]
            assert response.usage.cache_read == naive.usage.get("cached_tokens", 0)


def test_recorded_failures_are_understood(wire: Wire, recordings: Recordings) -> None:
    failures = [row for row in native(recordings) if row.status != 200]
    assert failures
    for row in failures:
        assert type(wire(MODEL).error(row.status, row.body)) is NotLetIn
