"""Real traffic: every recorded reply is decoded, and compared with a reading that shares nothing with the decoder."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from hamr.errors import BadRequest, CallError, NoSuchModel, NotLetIn, RateLimited
from hamr.types import (
    Call,
    Event,
    Failed,
    Head,
    HostedTool,
    PartAdded,
    Request,
    Response,
    Route,
    Text,
    Thinking,
    ToolCall,
)
from hamr.wires.gemini import NAME, Gemini
from hamr.wires.gemini.dialect import GeminiDialect
from hamr_testkit.fixtures import Recordings
from hamr_testkit.recordings import Recording
from hamr_testkit.spoken import Spoken

FILES = (
    "gemini.gemini-generate",
    "gemini.gemini-stream",
    "vertex.gemini-generate",
    "vertex.gemini-stream",
    "other_localhost_8787.gemini-generate",
)
WORDS = {"STOP": "stop", "MAX_TOKENS": "length", 1: "stop"}


class Naive:
    """A reading of a reply that shares nothing with the decoder."""

    def __init__(self, row: Recording) -> None:
        self.text, self.thoughts = "", ""
        self.calls: list[tuple[str, str | None, Any]] = []
        self.signatures: list[str] = []
        self.hosted: list[str] = []
        self.finish: Any = None
        self.usage: dict[str, Any] = {}
        for chunk in chunks(row):
            self.usage = chunk.get("usageMetadata") or self.usage
            for candidate in chunk.get("candidates") or []:
                self.finish = candidate.get("finishReason") or self.finish
                for part in (candidate.get("content") or {}).get("parts") or []:
                    self._read(part)

    def _read(self, part: dict[str, Any]) -> None:
        if part.get("thoughtSignature"):
            self.signatures.append(part["thoughtSignature"])
        if part.get("thought"):
            self.thoughts += part["text"]
        elif "text" in part:
            self.text += part["text"]
        elif "functionCall" in part:
            call = part["functionCall"]
            if "name" in call:
                self.calls.append((call["name"], call.get("id"), call.get("args")))
        else:
            self.hosted += [name for name in part if name != "thoughtSignature"]


def chunks(row: Recording) -> list[dict[str, Any]]:
    text = row.body.decode()
    try:
        whole = json.loads(text)
    except ValueError:
        return [json.loads(line[5:]) for line in text.splitlines() if line.startswith("data:")]
    return whole if isinstance(whole, list) else [whole]


def compare(row: Recording, events: list[Event], response: Response) -> None:
    naive = Naive(row)
    assert response.text == naive.text
    assert response.thinking == naive.thoughts
    assert [call.name for call in response.tool_calls] == [name for name, _, _ in naive.calls]
    for call, (_, id, args) in zip(response.tool_calls, naive.calls, strict=True):
        assert call.problem is None
        assert call.id == (id or call.id)
        assert args is None or call.arguments == args
    assert [part.name for part in response.message.parts if isinstance(part, HostedTool)] == naive.hosted
    assert [found for part in response.message.parts if (found := signature(part))] == naive.signatures
    assert response.finish_reason == ("tool_calls" if naive.calls else WORDS[naive.finish])
    if naive.usage.get("promptTokenCount"):
        assert response.usage is not None
        assert response.usage.total == naive.usage["totalTokenCount"]
        assert response.usage.raw == naive.usage


def signature(part: Any) -> str | None:
    own = (part.extra or {}).get(NAME) or {}
    found: str | None = own.get("thoughtSignature") or (own.get("part") or {}).get("thoughtSignature")
    return found


@pytest.mark.parametrize("name", FILES)
def test_recorded_replies_are_read_as_they_stand(
    name: str, recordings: Recordings, spoken: Callable[..., Spoken], folded: Callable[..., Response]
) -> None:
    """Pain 16 and pain 23: whole, one byte at a time and at random, with the same events."""
    rows = [row for row in recordings(name) if row.status == 200]
    assert rows
    for row in rows:
        events = spoken().events_in_any_cut(row.body, row.id)
        assert not isinstance(events[-1], Failed), row.id
        compare(row, events, folded(events))


@pytest.mark.parametrize("name", FILES)
def test_a_recorded_stream_that_is_cut_is_never_whole(
    name: str, recordings: Recordings, decode: Callable[..., list[Event]]
) -> None:
    """Pain 18: without its last event, the reply has no end."""
    for row in recordings(name):
        head, _, last = row.body.rstrip().rpartition(b"data:")
        if row.status == 200 and head and b"finishReason" in last and b"finishReason" not in head:
            assert isinstance(decode(head)[-1], Failed), row.id


EXPECTED: dict[int, tuple[type[CallError], ...]] = {
    400: (BadRequest, NotLetIn),
    404: (NoSuchModel,),
    429: (RateLimited,),
}


@pytest.mark.parametrize("name", FILES)
def test_recorded_failures_are_told_apart(name: str, recordings: Recordings, route: Callable[..., Route]) -> None:
    for row in recordings(name):
        if row.status == 200:
            continue
        error = Gemini(route()).error(Head(row.status, row.headers, row.body))
        assert isinstance(error, EXPECTED[row.status]), row.id
        assert isinstance(error, NotLetIn) == (b"API_KEY_INVALID" in row.body)
        assert (error.retry_after is not None) == (b"retryDelay" in row.body)
        assert error.message


@pytest.mark.parametrize("name", FILES)
def test_what_a_model_said_goes_back_as_it_came(
    name: str,
    recordings: Recordings,
    decode: Callable[..., list[Event]],
    folded: Callable[..., Response],
    route: Callable[..., Route],
) -> None:
    """Pain 23: every part, in order, with its signature; unsigned texts that followed one another are one."""
    for row in recordings(name):
        if row.status != 200:
            continue
        message = folded(decode(row.body)).message
        call = Gemini(route()).encode(Request((message,)), route())
        contents = json.loads(call.body)["contents"]
        sent = joined(contents[0]["parts"] if contents else [])
        came = [part for chunk in chunks(row) for part in parts_of(chunk)]
        if not any("partialArgs" in json.dumps(part) for part in came):
            assert sent == joined(came), row.id
        assert not call.adaptations or (call.adaptations[0].why == "nothing is left of it to send" and not sent)


def parts_of(chunk: dict[str, Any]) -> list[dict[str, Any]]:
    candidates = chunk.get("candidates") or [{}]
    return (candidates[0].get("content") or {}).get("parts") or []


def joined(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    for found in parts:
        call = {"functionCall": {"args": {}, **found["functionCall"]}} if "functionCall" in found else {}
        part = {**found, **call}
        if part == {"text": ""}:
            continue
        if made and "text" in part and part.keys() == made[-1].keys() <= {"text", "thought"}:
            made[-1] = {**part, "text": made[-1]["text"] + part["text"]}
        else:
            made.append(part)
    return made


def test_the_recordings_hold_what_they_are_here_to_show(
    recordings: Recordings, decode: Callable[..., list[Event]], folded: Callable[..., Response]
) -> None:
    seen = set[Any]()
    for row in recordings(FILES[0]) + recordings(FILES[1]):
        events = decode(row.body) if row.status == 200 else []
        seen |= {type(event.part) for event in events if isinstance(event, PartAdded)}
        if events:
            parts = folded(events).message.parts
            seen |= {type(part) for part in parts}
            seen |= {"cited" for part in parts if isinstance(part, Text) and part.citations}
    assert {Text, Thinking, ToolCall, HostedTool, "cited"} <= seen


def bodies(recordings: Recordings, name: str) -> list[tuple[str, dict[str, Any]]]:
    """Requests of the shape that is published; a few were refused, or sent, in none."""
    rows = recordings(name)
    return [(row.id, row.request) for row in rows if row.request and sound(row.request)]


def sound(body: dict[str, Any]) -> bool:
    contents = body.get("contents")
    if not isinstance(contents, list) or any(each.get("role") == "invalid_role" for each in contents):
        return False
    return all(isinstance(tool, dict) for tool in body.get("tools") or [])


@pytest.mark.parametrize("name", FILES)
def test_recorded_requests_are_written_again_with_the_same_meaning(
    name: str, recordings: Recordings, route: Callable[..., Route]
) -> None:
    for id, body in bodies(recordings, name):
        measure = "budget" if "budget" in json.dumps(body.get("generationConfig", {})).lower() else "level"
        there = route(supports_file_names=True, thinking_control=measure)
        again = rewritten(body, there)
        assert meaning(again) == meaning(body), id


def rewritten(body: dict[str, Any], there: Route) -> dict[str, Any]:
    wire = Gemini(there)
    request = wire.dialect().parse(Call("https://hamr.test", body=json.dumps(body).encode()))
    written: dict[str, Any] = json.loads(wire.encode(request, there).body)
    return written


def meaning(value: Any, name: str = "") -> Any:
    """The body without what makes no difference: old spellings, nulls, defaults, and the schemas' older dialect."""
    if name in ("args", "response"):
        return value
    if name in ("parameters", "parametersJsonSchema", "responseSchema", "responseJsonSchema"):
        return schema_meaning(value)
    if isinstance(value, list):
        return list_meaning([meaning(each, name) for each in value], name)
    if isinstance(value, dict):
        return table_meaning(value, name)
    if name == "data":
        return value.replace("-", "+").replace("_", "/").rstrip("=")
    return value.upper() if name == "thinkingLevel" else value


def list_meaning(read: list[Any], name: str) -> list[Any]:
    if name == "contents":
        return contents_meaning(read)
    if name == "tools":
        return sorted(read, key=lambda tool: "functionDeclarations" not in tool)
    return [each for each in read if each != {}] or read[:1] if name == "parts" else read


def contents_meaning(contents: list[Any]) -> list[Any]:
    """The results of one turn's calls belong in one content."""
    made: list[Any] = []
    for content in contents:
        results = all("functionResponse" in part for part in content["parts"])
        if results and made and all("functionResponse" in part for part in made[-1]["parts"]):
            made[-1]["parts"] += content["parts"]
        else:
            made.append(content)
    return made


def table_meaning(value: dict[str, Any], name: str) -> Any:
    said: dict[str, Any] = {}
    for key, inner in value.items():
        first, *rest = key.split("_")
        camel = first + "".join(word.capitalize() for word in rest)
        read = meaning(inner, camel)
        if read not in (None, [], "", {"type": "object"}) and not (camel == "includeThoughts" and read is False):
            said[{"parametersJsonSchema": "parameters", "responseJsonSchema": "responseSchema"}.get(camel, camel)] = (
                read
            )
    if name == "systemInstruction":
        said.pop("role", None)
    return None if name == "generationConfig" and not said else said


def schema_meaning(value: Any) -> Any:
    if isinstance(value, list):
        return [schema_meaning(each) for each in value]
    if not isinstance(value, dict):
        return value
    said = {key: schema_meaning(inner) for key, inner in value.items() if key not in ("nullable", "property_ordering")}
    if "property_ordering" in value:
        said["propertyOrdering"] = value["property_ordering"]
    if isinstance(said.get("type"), str):
        said["type"] = said["type"].lower()
    if value.get("nullable") and isinstance(said.get("type"), str):
        said["type"] = [said["type"], "null"]
    if said.get("properties") == {}:
        del said["properties"]
    return said


@pytest.mark.parametrize("name", FILES)
def test_what_is_written_conforms_to_the_published_schema(
    name: str, recordings: Recordings, route: Callable[..., Route], schema: Callable[[str], Any]
) -> None:
    check = schema("generate-request")
    for id, body in bodies(recordings, name):
        if any(check.iter_errors(body)):
            continue  # sent in a spelling that the schema does not know, or with fields of the other API
        errors = [error.message for error in check.iter_errors(rewritten(body, route(supports_file_names=True)))]
        assert not errors, id


@pytest.mark.parametrize("name", FILES)
def test_replies_written_for_a_client_are_read_back_the_same(
    name: str,
    recordings: Recordings,
    decode: Callable[..., list[Event]],
    folded: Callable[..., Response],
    schema: Callable[[str], Any],
) -> None:
    check = schema("generate-response")
    for row in recordings(name):
        if row.status != 200:
            continue
        events = decode(row.body)
        first = folded(events)
        for stream in (True, False):
            encoder = GeminiDialect().encoder(Request((), stream=stream))
            written = b"".join([*(encoder.encode([event]) for event in events), encoder.finish()])
            again = folded(decode(written))
            assert again.text == first.text, row.id
            assert again.thinking == first.thinking, row.id
            assert [signature(part) for part in again.message.parts if signature(part)] == [
                signature(part) for part in first.message.parts if signature(part)
            ]
            assert bare_calls(again) == bare_calls(first), row.id
            assert (again.finish_reason, again.id, again.model) == (
                first.finish_reason,
                first.id or "hamr",
                first.model,
            )
            assert (again.usage and again.usage.total) == (first.usage and first.usage.total), row.id
            if not stream:
                assert again.message == without_made(again, first)
                errors = [error.message for error in check.iter_errors(json.loads(written)) if hosted(first) is False]
                assert not errors, row.id


def bare_calls(response: Response) -> list[tuple[str, Any]]:
    return [(call.name, call.arguments) for call in response.tool_calls]


def hosted(response: Response) -> bool:
    """Tools of the Gemini API's own, and its citations, which Vertex AI's schema does not know."""
    return any(isinstance(part, HostedTool) for part in response.message.parts) or "fileSearchStore" in str(
        response.extra
    )


def without_made(again: Response, first: Response) -> Any:
    """The first message with the ids that were made anew for it."""
    ids = iter(call.id for call in again.tool_calls)
    parts = tuple(
        replace(part, id=next(ids), text=json_text(part)) if isinstance(part, ToolCall) else part
        for part in first.message.parts
    )
    return replace(first.message, parts=parts)


def json_text(call: ToolCall) -> str:
    return json.dumps(call.arguments, separators=(",", ":"), ensure_ascii=False)
