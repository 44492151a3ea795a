"""Every wire into every other: what is asked, and a conversation that one began and another goes on with.

What the target cannot carry is told in `adaptations`; what only its own provider understands comes back to it byte for
byte, also after a detour, and goes to nobody else. `python tests/test_pairs.py` writes docs/wires.md anew.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from hamr import Hamr
from hamr.calls.fold import Fold
from hamr.dialects import dialect, dialects
from hamr.errors import Unsupported
from hamr.types import (
    Audio,
    Call,
    File,
    Image,
    Message,
    Part,
    Request,
    Response,
    ResponseFormat,
    Text,
    Thinking,
    ThinkingConfig,
    Timings,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
)

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "wires.md"
WIRES: dict[str, dict[str, Any]] = tomllib.loads((HERE / "pairs.toml").read_text(encoding="utf-8"))
PAIRS = [(one, other) for one in WIRES for other in WIRES]

PNG = b"\x89PNG\r\n\x1a\n" + bytes(24)
SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
WEATHER = Tool("weather", "The weather in a city.", SCHEMA)
TIME = Tool("time", "The time in a city.", SCHEMA)
HI = Message("user", (Text("Hi."),))
CALLED = ToolCall("call_abc123456", "weather", {"city": "Rome"}, '{"city": "Rome"}')
OTHER = ToolCall("call_def123456", "time", {"city": "Rome"}, '{"city": "Rome"}')

Seen = Callable[[Request], Any]


@dataclass(frozen=True, slots=True)
class Feature:
    """Something that can be asked; `seen` is where it stands in a request."""

    name: str
    request: Request
    seen: Seen


def asked(*parts: Part, **fields: Any) -> Request:
    """One message of the user's."""
    return Request((Message("user", parts or (Text("Hi."),)),), **fields)


def called(*results: ToolResult, calls: tuple[ToolCall, ...] = (CALLED,)) -> Request:
    """A conversation in which tools were called, and gave these results."""
    turns = (HI, Message("assistant", calls), Message("tool", results))
    return Request(turns, tools=(WEATHER, TIME))


def every(kind: type, *fields: str) -> Seen:
    """These fields of each part of a kind, wherever it stands."""
    return lambda request: [tuple(getattr(part, field) for field in fields) for part in parts(request, kind)]


def field(name: str) -> Seen:
    """A field of the request."""
    return lambda request: getattr(request, name)


def parts(request: Request, kind: type) -> list[Any]:
    """The parts of a kind, those inside of results too."""
    own = [part for message in request.messages for part in message.parts]
    inner = [each for part in own if isinstance(part, ToolResult) for each in part.parts]
    return [part for part in [*own, *inner] if isinstance(part, kind)]


def results(request: Request) -> list[tuple[str, str]]:
    """Each result by the name and arguments of its call: ids may be written otherwise."""
    calls = {call.id: f"{call.name} {dict(call.arguments)}" for call in parts(request, ToolCall)}
    return [
        (calls.get(result.call_id, "no call"), "".join(part.text for part in result.parts if isinstance(part, Text)))
        for result in parts(request, ToolResult)
    ]


def schema(request: Request) -> Any:
    """The schema that the answer is to have; a wire without a place for its name writes that as the title."""
    wanted = request.response_format and request.response_format.schema
    return wanted and {name: value for name, value in wanted.items() if name != "title"}


def system(request: Request) -> list[str]:
    """The texts of the system messages."""
    parts = (part for message in request.messages if message.role == "system" for part in message.parts)
    return [part.text for part in parts if isinstance(part, Text)]


def sampled(name: str, value: Any) -> Feature:
    """A number or a word that says how the answer is made."""
    return Feature(f"`{name}`", asked(**{name: value}), field(name))


SUNNY = ToolResult(CALLED.id, (Text("sunny"),), "weather")
NOON = ToolResult(OTHER.id, (Text("noon"),), "time")
FEATURES = [
    Feature("text", asked(), every(Text, "text")),
    Feature("system message", Request((Message("system", (Text("Be brief."),)), HI)), system),
    Feature("image, its bytes", asked(Text("?"), Image(data=PNG, media_type="image/png")), every(Image, "data")),
    Feature("image, its URL", asked(Text("?"), Image(url="https://a.example/b.png")), every(Image, "url")),
    Feature("sound", asked(Text("?"), Audio(data=b"RIFF" + bytes(40), format="wav")), every(Audio, "data", "format")),
    Feature(
        "document, its bytes",
        asked(Text("?"), File(data=b"%PDF-1.7\n", name="a.pdf", media_type="application/pdf")),
        every(File, "data"),
    ),
    Feature("document, its URL", asked(Text("?"), File(url="https://a.example/b.pdf")), every(File, "url")),
    Feature("tools", asked(tools=(WEATHER, TIME)), lambda request: [tool.name for tool in request.tools]),
    Feature("a tool's schema", asked(tools=(WEATHER,)), lambda request: [tool.parameters for tool in request.tools]),
    Feature("must call a tool", asked(tools=(WEATHER,), tool_choice=ToolChoice("required")), field("tool_choice")),
    Feature("must call none", asked(tools=(WEATHER,), tool_choice=ToolChoice("none")), field("tool_choice")),
    Feature(
        "must call this one",
        asked(tools=(WEATHER, TIME), tool_choice=ToolChoice("required", ("time",))),
        field("tool_choice"),
    ),
    Feature("one call at a time", asked(tools=(WEATHER,), parallel_tool_calls=False), field("parallel_tool_calls")),
    Feature("call and result", called(SUNNY), results),
    Feature("two calls, results in order", called(SUNNY, NOON, calls=(CALLED, OTHER)), results),
    Feature(
        "two calls, results out of order", called(NOON, SUNNY, calls=(CALLED, OTHER)), lambda r: sorted(results(r))
    ),
    Feature("ids of calls", called(SUNNY), every(ToolCall, "id")),
    Feature(
        "a tool that failed", called(ToolResult(CALLED.id, (Text("no"),), is_error=True)), every(ToolResult, "is_error")
    ),
    Feature(
        "image in a result",
        called(ToolResult(CALLED.id, (Text("see"), Image(data=PNG, media_type="image/png")))),
        every(Image, "data"),
    ),
    Feature(
        "JSON of a schema",
        asked(response_format=ResponseFormat(SCHEMA, "place")),
        schema,
    ),
    Feature("JSON of any shape", asked(Text("JSON."), response_format=ResponseFormat()), field("response_format")),
    Feature("thinking, a level", asked(thinking=ThinkingConfig("high")), field("thinking")),
    Feature("thinking, a budget", asked(thinking=ThinkingConfig(tokens=2048)), field("thinking")),
    Feature("no thinking", asked(thinking=ThinkingConfig("off")), field("thinking")),
    Feature("mark for the cache", asked(Text("Hi.", cache="5m")), every(Text, "cache")),
    Feature("the same for an hour", asked(Text("Hi.", cache="1h")), every(Text, "cache")),
    sampled("max_tokens", 100),
    sampled("temperature", 0.5),
    sampled("top_p", 0.5),
    sampled("top_k", 40),
    sampled("seed", 7),
    sampled("stop", ("END",)),
    sampled("frequency_penalty", 0.5),
    sampled("presence_penalty", 0.5),
    sampled("n", 2),
    sampled("verbosity", "low"),
    sampled("service_tier", "flex"),
    sampled("store", False),
    sampled("user", "u-1"),
    sampled("metadata", {"a": "b"}),
    sampled("cache_key", "k-1"),
]


@cache
def client() -> Hamr:
    """One for all: nothing is sent."""
    environ = {name: value for wire in WIRES.values() for name, value in wire.get("environ", {}).items()}
    return Hamr(environ=environ)


def sent(wire: str, request: Request) -> Call:
    """The call that asks for this on a wire."""
    told = WIRES[wire]
    pipeline = client().pipeline(told["model"], mode=told.get("mode"))
    assert pipeline.route.wire == wire
    return pipeline.wire.encode(request, pipeline.route)


def understood(wire: str, call: Call) -> Request:
    """What a server of this wire makes of it."""
    served = dialect(wire)
    path = urlsplit(call.url).path
    assert any(fnmatchcase(path, pattern) for pattern, purpose in served.paths.items() if purpose == "chat"), path
    return served.parse(call)


@dataclass(frozen=True, slots=True)
class Told:
    """How a wire takes something: `carried`, or the words for what became of it."""

    carried: bool
    why: tuple[str, ...] = ()


@cache
def taken(wire: str, name: str) -> Told:
    """How the wire takes a feature; fails where it is lost in silence."""
    feature = next(feature for feature in FEATURES if feature.name == name)
    try:
        call = sent(wire, feature.request)
    except Unsupported as error:
        return Told(False, (f"refused: {error.message}",))
    if feature.seen(understood(wire, call)) == feature.seen(feature.request):
        return Told(True)
    always = sent(wire, asked()).adaptations  # what is told of every call says nothing of this one
    own = [each for each in call.adaptations if each not in always]
    assert own, f"{wire} loses {name} in silence: {call.body.decode(errors='replace')}"
    return Told(False, tuple(f"{each.kind} `{each.field}`: {each.why}" for each in own))


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.name)
@pytest.mark.parametrize("wire", WIRES)
def test_what_is_asked_is_carried_or_told(wire: str, feature: Feature) -> None:
    told = taken(wire, feature.name)
    assert told.carried is not bool(told.why)


@cache
def replied(wire: str) -> Response:
    """The fold of the wire's reply."""
    told = WIRES[wire]
    decoder = client().pipeline(told["model"], mode=told.get("mode")).wire.decoder()
    fold = Fold()
    fold.add([*decoder.feed(told["reply"].encode()), *decoder.finish()])
    return fold.response("p", "m", request_id=None, adaptations=(), timings=Timings())


def turn(wire: str) -> tuple[Message, ...]:
    """The wire's reply, with the results of its calls."""
    message = replied(wire).message
    answered = tuple(ToolResult(call.id, (Text("sunny"),), call.name) for call in message.tool_calls)
    return message, Message("tool", answered)


@pytest.mark.parametrize("wire", WIRES)
def test_each_reply_holds_thinking_text_and_a_call(wire: str) -> None:
    message = replied(wire).message
    assert (message.thinking, message.text) == ("Rome, so Italy.", "I look.")
    assert [(call.name, call.arguments) for call in message.tool_calls] == [("weather", {"city": "Rome"})]
    assert replied(wire).finish_reason == "tool_calls"
    usage = replied(wire).usage
    assert usage is not None
    assert usage.total == 16


@cache
def handed(one: str, other: str) -> tuple[Call, Request]:
    """A conversation that one wire began, on another."""
    call = sent(other, Request((HI, *turn(one), HI), tools=(WEATHER,)))
    return call, understood(other, call)


def opaque(wire: str, call: Call) -> list[str]:
    """Which of the wire's opaque texts stand in a call."""
    return [text for text in WIRES[wire]["opaque"] if text in call.body.decode()]


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_a_conversation_goes_on_over_another_wire(one: str, other: str) -> None:
    call, request = handed(one, other)
    assert [message.text for message in request.messages if message.role == "user"] == ["Hi.", "Hi."]
    assert [message.text for message in request.messages if message.text and message.role == "assistant"] == ["I look."]
    assert results(request) == [("weather {'city': 'Rome'}", "sunny")]
    fields = [each.field for each in call.adaptations]
    if not "".join(part.text for part in parts(request, Thinking)):
        assert any("messages[1]" in each for each in fields), (fields, call.body)


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_what_only_one_provider_understands_goes_to_nobody_else(one: str, other: str) -> None:
    call, _ = handed(one, other)
    if one == other:
        assert opaque(one, call) == WIRES[one]["opaque"]
    else:
        assert opaque(one, call) == []
        assert not WIRES[one]["opaque"] or any(each.kind == "dropped" for each in call.adaptations)


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_it_comes_back_byte_for_byte_after_a_detour(one: str, other: str) -> None:
    back = sent(one, Request((HI, *turn(one), HI, *turn(other), HI), tools=(WEATHER,)))
    assert opaque(one, back) == WIRES[one]["opaque"]
    if one != other:
        assert opaque(other, back) == []
    assert [name for name, _ in results(understood(one, back))] == ["weather {'city': 'Rome'}"] * 2


def test_every_wire_that_is_served_is_here() -> None:
    assert set(WIRES) == set(dialects())


def lost(one: str, other: str) -> list[str]:
    """What does not reach the other wire, in a word or two each."""
    call, request = handed(one, other)
    thought = "".join(part.text for part in parts(request, Thinking)) == "Rome, so Italy."
    same_id = [each.id for each in parts(request, ToolCall)] == [each.id for each in replied(one).tool_calls]
    signed = not WIRES[one]["opaque"] or bool(opaque(one, call))
    kept = {"thinking": thought, "signature": signed, "id of the call": same_id}
    return [name for name, there in kept.items() if not there]


HEAD = """# Wires

What each wire can say, and what becomes of a conversation that moves from one to another. Written by
`python tests/test_pairs.py` from the tests themselves, which send each of these and read what a server would read.

Nothing is lost in silence: whatever a wire cannot carry is named in `response.adaptations`, and in `hamr explain`.

## What can be asked

Asked of the models that the second line names: another model of the same wire may take more, or less.

"""
MIDDLE = """
## A conversation that moves

A turn with signed thinking, text and a call of a tool, and the tool's result. The first column has the wire that
answered, the others the one that goes on; each cell names what does not reach it. Text, calls and results always do.
Where a conversation comes back, so does all that was the wire's own: signatures, ciphers and ids, byte for byte.

"""


def row(*cells: str) -> str:
    """A line of a table."""
    return f"| {' | '.join(cells)} |\n"


def page() -> str:
    """The page as it should be."""
    notes: dict[str, int] = {}
    text = HEAD + row("", *WIRES) + row("---", *("---" for _ in WIRES))
    text += row("", *(f"`{told['model']}`" for told in WIRES.values()))
    for feature in FEATURES:
        text += row(feature.name, *(cell(taken(wire, feature.name), wire, notes) for wire in WIRES))
    text += "\n" + "".join(f"{number}. {note}\n" for note, number in notes.items())
    text += MIDDLE + row("", *WIRES) + row("---", *("---" for _ in WIRES))
    for one in WIRES:
        text += row(one, *(", ".join(lost(one, other)) or "nothing" for other in WIRES))
    return text


def cell(told: Told, wire: str, notes: dict[str, int]) -> str:
    """`yes`, or the number of the note that says what became of it."""
    if told.carried:
        return "yes"
    return f"no ({', '.join(str(notes.setdefault(note, len(notes) + 1)) for note in told.why)})"


def test_the_page_is_what_the_tests_found() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
