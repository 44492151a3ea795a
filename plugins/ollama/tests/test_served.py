"""The server half: what a client of this wire writes, and what it is sent."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest

from hamr import (
    BadRequest,
    BrokenReply,
    CallError,
    Citation,
    EmbeddingRequest,
    Embeddings,
    Failed,
    Finished,
    Image,
    Message,
    ModelInfo,
    NoAnswer,
    NoSuchModel,
    NotLetIn,
    Overloaded,
    PartAdded,
    QuotaSpent,
    RateLimited,
    Request,
    ResponseFormat,
    Started,
    Text,
    TextDelta,
    TextEnd,
    TextStart,
    Thinking,
    ThinkingConfig,
    Tool,
    ToolCall,
    TooLong,
    ToolResult,
    Usage,
    UsageUpdated,
)
from hamr.api import Call, Dialect, dialect
from hamr_provider_ollama.dialect import OllamaDialect
from hamr_testkit.conformance import refusal_survives

if TYPE_CHECKING:
    from hamr_testkit.fixtures import Recordings, Shape, Wire

HELLO = {"role": "user", "content": "Hello"}
DATA = base64.b64encode(b"\x89PNG").decode()


def parse(**body: Any) -> Request:
    whole = {"model": "m", "messages": [HELLO], **body}
    return OllamaDialect().parse(Call("http://hamr.test/api/chat", body=json.dumps(whole).encode()))


def test_it_is_found_by_the_name_of_the_wire() -> None:
    assert isinstance(dialect("ollama"), OllamaDialect)
    assert isinstance(dialect("ollama"), Dialect)


def test_a_plain_call_wants_a_stream() -> None:
    assert parse() == Request((Message("user", (Text("Hello"),)),), stream=True, options={"model": "m"})
    assert not parse(stream=False).stream


def test_every_field_finds_its_place() -> None:
    runner = {
        "num_predict": 5,
        "temperature": 1,
        "top_p": 0.5,
        "top_k": 3,
        "seed": 4,
        "stop": "a",
        "frequency_penalty": 0.1,
        "presence_penalty": 0.2,
        "num_ctx": 8192,
        "min_p": 0.3,
    }
    tool = {"type": "function", "function": {"name": "f", "description": "F.", "parameters": {"type": "object"}}}
    asked = parse(
        options=runner,
        tools=[tool, {"type": "other"}],
        format={"type": "object"},
        think="high",
        logprobs=True,
        top_logprobs=2,
        keep_alive="1h",
        stream=False,
        sim={"words": 2},
    )
    assert asked == Request(
        (Message("user", (Text("Hello"),)),),
        tools=(Tool("f", "F.", {"type": "object"}),),
        response_format=ResponseFormat({"type": "object"}),
        thinking=ThinkingConfig("high"),
        max_tokens=5,
        temperature=1,
        top_p=0.5,
        top_k=3,
        seed=4,
        stop=("a",),
        frequency_penalty=0.1,
        presence_penalty=0.2,
        logprobs=2,
        options={
            "model": "m",
            "options": {"num_ctx": 8192, "min_p": 0.3},
            "tools": [{"type": "other"}],
            "keep_alive": "1h",
            "sim": {"words": 2},
        },
    )


def test_no_bound_is_none() -> None:
    asked = parse(options={"num_predict": -1})
    assert (asked.max_tokens, asked.options["options"]) == (None, {"num_predict": -1})


@pytest.mark.parametrize(
    ("think", "config"),
    [(True, ThinkingConfig("medium")), (False, ThinkingConfig("off")), ("max", ThinkingConfig("max"))],
)
def test_thinking(think: Any, config: ThinkingConfig) -> None:
    assert parse(think=think).thinking == config


@pytest.mark.parametrize(("form", "wanted"), [("json", ResponseFormat()), ("", None), (None, None)])
def test_a_format_in_a_word(form: Any, wanted: Any) -> None:
    assert parse(format=form).response_format == wanted


def test_a_conversation() -> None:
    asked = parse(
        messages=[
            {"role": "system", "content": "Be brief.", "images": None},
            {"role": "user", "content": "", "images": [DATA]},
            {
                "role": "assistant",
                "content": "Wait.",
                "thinking": "Hm.",
                "tool_calls": [
                    {"id": "c1", "function": {"index": 0, "name": "f", "arguments": {"a": 1}}},
                    {"function": {"name": "g", "arguments": {}}, "signature": "s"},
                ],
            },
            {"role": "tool", "content": "one", "tool_call_id": "c1", "tool_name": "f"},
            {"role": "tool", "content": "two", "tool_name": "g"},
        ]
    )
    system, user, turn, first, second = asked.messages
    assert system == Message("system", (Text("Be brief."),))
    assert user == Message("user", (Image(data=b"\x89PNG"),))
    assert turn.parts[:3] == (Thinking("Hm."), Text("Wait."), ToolCall("c1", "f", {"a": 1}, '{"a":1}'))
    last = turn.parts[3]
    assert isinstance(last, ToolCall)
    assert (last.name, last.extra) == ("g", {"ollama": {"signature": "s"}})
    assert first == Message("tool", (ToolResult("c1", (Text("one"),), "f"),))
    assert second == Message("tool", (ToolResult(last.id, (Text("two"),), "g"),))


def test_results_that_name_nothing_answer_the_calls_in_their_order() -> None:
    call = {"function": {"name": "f", "arguments": {}}}
    asked = parse(
        messages=[
            {"role": "assistant", "content": "", "tool_calls": [call, call]},
            {"role": "tool", "content": "one"},
            {"role": "tool", "content": "two"},
            {"role": "tool", "content": "three"},
        ]
    )
    ids = [call.id for call in asked.messages[0].tool_calls]
    answered = [
        part.call_id for message in asked.messages[1:] for part in message.parts if isinstance(part, ToolResult)
    ]
    assert answered[:2] == ids
    assert len({*answered}) == 3


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"model": None}, "model"),
        ({"messages": {}}, "messages"),
        ({"messages": [1]}, r"messages\[0\]"),
        ({"messages": [{"role": "boss", "content": ""}]}, r"messages\[0\]\.role"),
        ({"messages": [{"role": "user", "content": []}]}, r"messages\[0\]\.content"),
        ({"messages": [{"role": "user", "images": ["?"]}]}, r"messages\[0\]\.images\[0\]"),
        ({"messages": [{"role": "assistant", "tool_calls": [{}]}]}, r"messages\[0\]\.tool_calls\[0\]\.function"),
        (
            {"messages": [{"role": "assistant", "tool_calls": [{"function": {"name": "f", "arguments": [1]}}]}]},
            r"messages\[0\]\.tool_calls\[0\]\.function\.arguments",
        ),
        ({"tools": [{"type": "function"}]}, r"tools\[0\]\.function"),
        ({"options": []}, "options"),
        ({"options": {"temperature": "hot"}}, r"options\.temperature"),
        ({"options": {"stop": [1]}}, r"options\.stop\[0\]"),
        ({"format": "xml"}, "format"),
        ({"think": "hard"}, "think"),
        ({"stream": "yes"}, "stream"),
        ({"logprobs": 1}, "logprobs"),
    ],
)
def test_a_body_that_is_wrong_is_named(body: dict[str, Any], place: str) -> None:
    with pytest.raises(BadRequest, match=rf"\b{place} must be"):
        parse(**body)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"'])
def test_a_body_that_is_none(body: bytes) -> None:
    with pytest.raises(BadRequest):
        OllamaDialect().parse(Call("http://hamr.test/api/chat", body=body))
    with pytest.raises(BadRequest):
        OllamaDialect().parse_embeddings(Call("http://hamr.test/api/embed", body=body))


def comparable(body: dict[str, Any]) -> dict[str, Any]:
    """A body without what says nothing, and without the ids that older clients have not."""
    kept = {name: value for name, value in body.items() if value not in (None, "", [], {})}
    kept["messages"] = [
        {
            **{name: value for name, value in message.items() if name not in ("tool_call_id", "tool_name")},
            **(
                {"tool_calls": [{"function": call["function"]} for call in message["tool_calls"]]}
                if "tool_calls" in message
                else {}
            ),
        }
        for message in body["messages"]
    ]
    return kept


def test_recorded_requests_are_read_and_written_again(wire: Wire, recordings: Recordings, shape: Shape) -> None:
    validator = shape("ollama", "chat-request")
    rows = recordings("ollama.ollama-chat")
    for row in rows:
        assert row.request is not None
        again = wire(f"ollama/{row.request['model']}").again(row.request)
        assert not [error.message for error in validator.iter_errors(again)]
        own = {name: again.pop(name) for name in ("truncate", "shift", "keep_alive")}
        assert own == {"truncate": False, "shift": False, "keep_alive": "30m"}
        assert again["options"].pop("num_ctx") == 32768
        assert comparable(again) == comparable(row.request), row.id


def written(*events: Any, stream: bool = True) -> list[dict[str, Any]]:
    """The documents that a client is sent."""
    encoder = OllamaDialect().encoder(Request((), stream=stream, options={"model": "m"}))
    data = encoder.encode(events) + encoder.finish()
    assert encoder.content_type.startswith("application/x-ndjson" if stream else "application/json")
    return [json.loads(line) for line in data.splitlines()]


EVENTS = (
    Started("1", "served", {"ollama": {"created_at": "2026-08-07T06:08:09Z"}}),
    TextStart(0),
    TextDelta(0, "Hel"),
    TextDelta(0, "lo"),
    TextEnd(0, (Citation("https://x.test"),)),
    TextStart(1, choice=1),
    TextDelta(1, "other"),
    TextEnd(1),
    PartAdded(2, Image(data=b"\x89PNG")),
    UsageUpdated(Usage(input=2, cache_read=1, output=3, reasoning=4)),
    Finished("length"),
)


def test_a_stream_has_the_published_shape(shape: Shape) -> None:
    documents = written(*EVENTS)
    validator = shape("ollama", "chat-chunk")
    assert not [error.message for each in documents for error in validator.iter_errors(each)]
    assert [(each["message"]["content"], each["done"]) for each in documents] == [
        ("Hel", False),
        ("lo", False),
        ("", False),
        ("", True),
    ]
    assert documents[2]["message"]["images"] == [DATA]
    assert all((each["model"], each["created_at"]) == ("served", "2026-08-07T06:08:09Z") for each in documents)
    last = documents[-1]
    assert (last["done_reason"], last["prompt_eval_count"], last["eval_count"]) == ("length", 3, 7)


def test_a_whole_reply_has_the_published_shape(shape: Shape) -> None:
    (document,) = written(*EVENTS, stream=False)
    assert not list(shape("ollama", "chat-response").iter_errors(document))
    assert document["message"] == {"role": "assistant", "content": "Hello", "images": [DATA]}


def test_a_failure_in_mid_stream_is_a_line() -> None:
    assert written(EVENTS[0], *EVENTS[1:3], Failed(BrokenReply("it broke")))[-1] == {"error": "it broke"}
    assert written(Finished("error", "abort"))[-1] == {"error": "the model ended with an error: abort"}


def test_a_stream_that_broke_off_does_not_pass_for_a_whole_one() -> None:
    assert not any(each.get("done") for each in written(*EVENTS[:4]))
    assert written(*EVENTS[:4], stream=False) == [{"error": "the reply broke off before its end"}]


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (BadRequest("x"), 400),
        (TooLong("x"), 400),
        (NotLetIn("x"), 401),
        (QuotaSpent("x"), 402),
        (NoSuchModel("x"), 404),
        (RateLimited("x", retry_after=2), 429),
        (Overloaded("x"), 503),
        (BrokenReply("x"), 502),
        (NoAnswer("x"), 504),
    ],
)
def test_an_error_is_understood_by_the_client_half(error: CallError, status: int, wire: Wire) -> None:
    expected = Overloaded if isinstance(error, BrokenReply | NoAnswer) else None
    assert refusal_survives(wire("ollama/m"), error, expected) == status


def test_vectors(shape: Shape) -> None:
    from array import array

    served = OllamaDialect()
    asked = served.parse_embeddings(
        Call("/api/embed", body=b'{"model":"m","input":"a","dimensions":2,"truncate":true}')
    )
    assert asked == EmbeddingRequest(("a",), 2, options={"model": "m", "truncate": True})
    body = served.encode_vectors(Embeddings((array("f", [1, 0.5]),), "p", "m", Usage(input=3)), asked)
    assert not list(shape("ollama", "embed-response").iter_errors(json.loads(body)))
    assert json.loads(body)["embeddings"] == [[1.0, 0.5]]


def test_models(shape: Shape) -> None:
    own = {"name": "q:1", "digest": "abc", "size": 5}
    rows = [
        ModelInfo("m", "p", "M", context_window=7, input=("text", "image"), tools=True, reasoning=False, created=0),
        ModelInfo("n", "p", "N"),
        ModelInfo("q:1", "ollama", "Q", extra={"ollama": own}),
    ]
    document = json.loads(OllamaDialect().encode_models(rows))
    first, second, third = document["models"]
    assert first["capabilities"] == ["completion", "tools", "vision"]
    assert (first["details"]["context_length"], first["modified_at"]) == (7, "1970-01-01T00:00:00Z")
    assert "capabilities" not in second
    assert third == {**own, "model": "q:1"}
