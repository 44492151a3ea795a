"""Answers that the provider goes on with while nobody waits."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event as Signal
from threading import Thread
from typing import Any

import pytest

from hamr import BadRequest, BrokenReply, ConfigError, Hamr, Message, NoAnswer, Overloaded, Text, Unsupported
from hamr.types import HostedTool
from hamr_testkit.canned import Canned
from hamr_testkit.colours import Colour

MODEL, MODE = "openai/gpt-5.5", "responses"
ITEM = {"type": "message", "id": "msg_1", "role": "assistant", "content": [{"type": "output_text", "text": "Hello."}]}
USAGE = {"input_tokens": 1, "output_tokens": 2, "total_tokens": 3}


def state(status: str, *items: Any, **more: Any) -> dict[str, Any]:
    return {"id": "resp/1", "object": "response", "model": "m", "status": status, "output": list(items), **more}


DONE = state("completed", ITEM, usage=USAGE)


def client(url: str) -> Hamr:
    return Hamr(environ={"OPENAI_API_KEY": "canary-key", "OPENAI_BASE_URL": f"{url}/v1"})


def asked(provider: Canned) -> list[tuple[str, str]]:
    return [(each.method, each.path) for each in provider.asked]


RETRIEVAL = ("GET", "/v1/responses/resp%2F1?include%5B%5D=reasoning.encrypted_content")
CANCEL = ("POST", "/v1/responses/resp%2F1/cancel")
HANDED_OVER = ("POST", "/v1/responses")


def test_an_answer_is_handed_over_and_asked_for(colour: Colour, provider: Canned) -> None:
    """N-93."""
    for each in (state("queued"), state("in_progress"), DONE):
        provider.answer(each)
    with client(provider.url) as hamr:
        response = colour.call(hamr, "hi", MODEL, api_mode=MODE, background=True)
    assert (response.text, response.finish_reason, response.id) == ("Hello.", "stop", "resp/1")
    assert response.usage is not None
    assert response.usage.total == 3
    assert asked(provider) == [HANDED_OVER, RETRIEVAL, RETRIEVAL]
    sent = provider.asked[0].json
    assert (sent["background"], sent["store"], "stream" in sent) == (True, True, False)
    assert [each.field for each in response.adaptations] == ["store"]
    assert provider.asked[1].headers["authorization"] == "Bearer canary-key"
    assert response.timings.total is not None
    assert response.timings.total >= 1


def test_an_answer_that_is_there_at_once(colour: Colour, provider: Canned) -> None:
    provider.answer(DONE)
    with client(provider.url) as hamr:
        assert colour.call(hamr, "hi", MODEL, api_mode=MODE, background=True, store=True).adaptations == ()
    assert asked(provider) == [HANDED_OVER]


def test_what_the_model_does_not_take_is_left_out_and_told(colour: Colour, provider: Canned) -> None:
    """M-32."""
    provider.answer(DONE)
    with client(provider.url) as hamr:
        hamr.capabilities.install(
            '[[provider.openai]]\nmodel_match = "*"\nseed_supported = false\ntop_p_supported = false\n'
        )
        response = colour.call(hamr, "hi", MODEL, api_mode=MODE, background=True, store=True, top_p=0.5)
    assert "top_p" not in provider.asked[0].json
    assert [(each.kind, each.field) for each in response.adaptations] == [("dropped", "top_p")]


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"code": "invalid_image", "message": "It failed."}, BadRequest),
        ({"code": "server_error", "message": "It failed."}, Overloaded),
        ({"message": "It failed."}, BrokenReply),
    ],
)
def test_one_that_fails_is_told_and_not_called_off(
    colour: Colour, provider: Canned, error: dict[str, str], kind: type[Exception]
) -> None:
    provider.answer(state("queued"))
    provider.answer(state("failed", error=error))
    with client(provider.url) as hamr, pytest.raises(kind, match="It failed"):
        colour.call(hamr, "hi", MODEL, api_mode=MODE, background=True)
    assert asked(provider) == [HANDED_OVER, RETRIEVAL]


def test_a_reply_about_it_that_breaks_is_asked_for_again(colour: Colour, provider: Canned) -> None:
    for each in (state("queued"), b'{"id": "resp', DONE):
        provider.answer(each)
    with client(provider.url) as hamr:
        assert colour.call(hamr, "hi", MODEL, api_mode=MODE, background=True, retries=0).text == "Hello."


def test_one_without_an_id_is_told(colour: Colour, provider: Canned) -> None:
    provider.answer({"status": "queued", "background": True})
    with client(provider.url) as hamr, pytest.raises(BrokenReply, match="by which id"):
        colour.call(hamr, "hi", MODEL, api_mode=MODE, background=True)


def test_one_that_is_resumed_goes_on_without_who_leaves(colour: Colour, provider: Canned) -> None:
    provider.answer(state("queued"))

    def resume(hamr: Hamr) -> Any:
        if colour.name == "sync":
            return hamr.resume("resp/1", MODEL, api_mode=MODE, timeout=0.1)
        return asyncio.run(hamr.aresume("resp/1", MODEL, api_mode=MODE, timeout=0.1))

    with client(provider.url) as hamr, pytest.raises(NoAnswer, match=r"is not there after 0\.1 s"):
        resume(hamr)
    assert asked(provider) == [RETRIEVAL]


def test_a_question_that_fails_is_asked_again(colour: Colour, provider: Canned) -> None:
    provider.answer(state("queued"))
    provider.answer({"error": {"message": "busy"}}, status=503)
    provider.answer(DONE)
    with client(provider.url) as hamr:
        assert colour.call(hamr, "hi", MODEL, api_mode=MODE, background=True, retries=0).text == "Hello."


def test_who_waits_no_longer_calls_it_off(colour: Colour, provider: Canned) -> None:
    provider.answer(state("queued"))
    provider.answer(state("cancelled"))
    with client(provider.url) as hamr, pytest.raises(NoAnswer, match=r"resp/1 is not there after 0\.1 s"):
        colour.call(hamr, "hi", MODEL, api_mode=MODE, background=True, timeout=0.1)
    assert asked(provider) == [HANDED_OVER, CANCEL]


def test_one_that_cannot_be_called_off_is_told(provider: Canned) -> None:
    told: list[str] = []
    provider.answer(state("queued"))
    provider.answer({"error": {"message": "gone"}}, status=404)
    environ = {"OPENAI_API_KEY": "canary-key", "OPENAI_BASE_URL": f"{provider.url}/v1"}
    with Hamr(environ=environ, tell=lambda text, _: told.append(text)) as hamr, pytest.raises(NoAnswer):
        hamr.call("hi", MODEL, api_mode=MODE, background=True, timeout=0.1)
    assert len(told) == 1
    assert "could not be called off" in told[0]
    assert "canary" not in told[0]


def test_a_task_that_is_cancelled_calls_it_off(provider: Canned) -> None:
    for _ in range(20):
        provider.answer(state("queued"))

    async def leave() -> None:
        async with client(provider.url) as hamr:
            task = asyncio.create_task(hamr.acall("hi", MODEL, api_mode=MODE, background=True))
            while RETRIEVAL not in asked(provider):  # noqa: ASYNC110  # the server is a thread
                await asyncio.sleep(0.05)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(leave())
    assert asked(provider)[-1] == CANCEL


def test_it_is_waited_for_later_or_called_off(colour: Colour, provider: Canned) -> None:
    """Another process does, by its id."""

    def either(name: str, hamr: Hamr, *arguments: Any, **options: Any) -> Any:
        if colour.name == "sync":
            return getattr(hamr, name)(*arguments, **options)
        return asyncio.run(getattr(hamr, f"a{name}")(*arguments, **options))

    for each in (state("queued"), state("in_progress"), DONE, state("cancelled")):
        provider.answer(each)
    with client(provider.url) as hamr:
        handed = colour.call(hamr, "hi", MODEL, api_mode=MODE, store=True, options={"background": True})
        assert (handed.finish_reason, handed.id) == ("pause", "resp/1")
        assert either("resume", hamr, handed.id, MODEL, api_mode=MODE).text == "Hello."
        assert either("cancel", hamr, handed.id, MODEL, api_mode=MODE).finish_reason == "error"
        with pytest.raises(ConfigError, match="'timeut'"):
            either("resume", hamr, "x", MODEL, api_mode=MODE, timeut=1)
    assert asked(provider) == [HANDED_OVER, RETRIEVAL, RETRIEVAL, CANCEL]


@pytest.mark.parametrize(
    ("model", "options", "said"),
    [
        ("openai/gpt-5.5", {}, "no answers in the background"),
        ("xai/grok-4.5", {"api_mode": MODE}, "no answers in the background"),
        (MODEL, {"api_mode": MODE, "store": False}, "stored until it is asked for"),
    ],
)
def test_where_there_is_none(colour: Colour, model: str, options: dict[str, Any], said: str) -> None:
    with Hamr(environ={"OPENAI_API_KEY": "k", "XAI_API_KEY": "k"}) as hamr, pytest.raises(Unsupported, match=said):
        colour.call(hamr, "hi", model, background=True, **options)


def test_a_run_waits_by_itself() -> None:
    with Hamr(environ={}) as hamr, pytest.raises(ConfigError, match="a run waits"):
        hamr.run("hi", "sim/echo", background=True)


# ---- streams

EVENTS: list[dict[str, Any]] = [
    {"type": "response.created", "response": state("queued")},
    {"type": "response.output_item.added", "output_index": 0, "item": {**ITEM, "content": []}},
    *[
        {"type": "response.output_text.delta", "output_index": 0, "content_index": 0, "delta": piece}
        for piece in ("Hel", "lo", ".")
    ],
    {"type": "response.output_item.done", "output_index": 0, "item": ITEM},
    {"type": "response.completed", "response": DONE},
]
LINES = [
    b"event: %b\ndata: %b\n\n" % (each["type"].encode(), json.dumps({**each, "sequence_number": number}).encode())
    for number, each in enumerate(EVENTS)
]


class Breaking:
    """A server whose streams break off after so many bytes, the first of them first."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.lengths: list[int] = []
        self.released = Signal()
        self.url = ""


@pytest.fixture
def breaking() -> Iterator[Breaking]:
    server = Breaking()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            server.asked.append(f"{self.command} {self.path}")
            after = int(self.path.rpartition("starting_after=")[2]) if "starting_after" in self.path else -1
            data = b"".join(LINES[after + 1 :])
            whole = len(data)
            if server.lengths:
                data = data[: server.lengths.pop(0)]
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.send_header("content-length", str(whole))
            self.end_headers()
            self.wfile.write(data)
            self.wfile.flush()
            if not self.path.endswith("cancel") and len(data) < whole and not server.lengths:
                server.released.wait(0.05)
            self.close_connection = True

        do_GET = do_POST = answer  # noqa: N815  # the library's names

        def log_message(self, format: str, *args: object) -> None:
            """Be silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        server.url = f"http://127.0.0.1:{http.server_port}"
        Thread(target=http.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.released.set()
        http.shutdown()


SIZES = [sum(map(len, LINES[: number + 1])) for number in range(len(LINES))]


@pytest.mark.parametrize("lengths", [[], [SIZES[0] + 3], [SIZES[2] + 30], [SIZES[2], len(LINES[3])], [SIZES[5] - 1]])
def test_a_stream_that_breaks_is_taken_up_again(colour: Colour, breaking: Breaking, lengths: list[int]) -> None:
    """Nothing twice and nothing lost, wherever it breaks."""
    breaking.lengths = list(lengths)
    with client(breaking.url) as hamr:
        events = colour.events(hamr, "hi", MODEL, api_mode=MODE, background=True)
    assert "".join(event.text for event in events if event.type == "text_delta") == "Hello."
    assert [event.type for event in events].count("text_start") == 1
    assert events[-1].type == "finished"
    assert breaking.asked[0] == "POST /v1/responses"
    assert all(path.startswith("GET /v1/responses/resp%2F1?") for path in breaking.asked[1:])
    assert len(breaking.asked) == 1 + len(lengths)


def test_leaving_a_stream_calls_it_off(colour: Colour, breaking: Breaking) -> None:
    breaking.lengths = [SIZES[3]]

    def leave(hamr: Hamr) -> None:
        with hamr.stream("hi", MODEL, api_mode=MODE, background=True) as stream:
            assert next(iter(stream)).type == "started"

    async def aleave(hamr: Hamr) -> None:
        async with hamr.astream("hi", MODEL, api_mode=MODE, background=True) as stream:
            assert (await anext(aiter(stream))).type == "started"

    with client(breaking.url) as hamr:
        leave(hamr) if colour.name == "sync" else asyncio.run(aleave(hamr))
    assert breaking.asked == ["POST /v1/responses", "POST /v1/responses/resp%2F1/cancel"]


def test_a_stream_that_cannot_be_taken_up_gives_in(provider: Canned) -> None:
    colour = Colour("sync")  # it waits for five seconds
    line = LINES[0]
    provider.answer(line, content_type="text/event-stream")
    for _ in range(5):
        provider.answer({"error": {"message": "busy"}}, status=503)
    provider.answer(state("cancelled"))
    with client(provider.url) as hamr, pytest.raises(Overloaded, match="busy"):
        colour.events(hamr, "hi", MODEL, api_mode=MODE, background=True)
    assert provider.asked[-1].path.endswith("/cancel")


# ---- shorter conversations


def test_a_conversation_is_made_shorter(colour: Colour, provider: Canned) -> None:
    """What comes back is the conversation to go on with, the ciphertext byte for byte."""
    user = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "My name is Ada."}]}
    compaction = {"type": "compaction", "id": "cmp_1", "encrypted_content": "g/+="}
    provider.answer({"id": "r", "object": "response.compaction", "output": [user, compaction], "usage": USAGE})
    provider.answer(DONE)
    talk = [Message("user", (Text("My name is Ada."),)), Message("assistant", (Text("Hello, Ada."),))]
    with client(provider.url) as hamr:
        if colour.name == "sync":
            shorter = hamr.compact(talk, MODEL, api_mode=MODE, system="Be brief.", temperature=1.0)
        else:
            shorter = asyncio.run(hamr.acompact(talk, MODEL, api_mode=MODE, system="Be brief.", temperature=1.0))
        colour.call(hamr, [*shorter, Message("user", (Text("Who am I?"),))], MODEL, api_mode=MODE)
    assert provider.asked[0].path == "/v1/responses/compact"
    assert set(provider.asked[0].json) == {"model", "input"}
    assert isinstance(shorter[1].parts[0], HostedTool)
    assert provider.asked[1].json["input"][:2] == [{"role": "user", "content": "My name is Ada."}, compaction]


def test_a_conversation_cannot_be_made_shorter_by_all(colour: Colour, provider: Canned) -> None:
    def compact(hamr: Hamr, model: str, **options: Any) -> Any:
        if colour.name == "sync":
            return hamr.compact("hi", model, **options)
        return asyncio.run(hamr.acompact("hi", model, **options))

    with client(provider.url) as hamr:
        with pytest.raises(Unsupported, match="make a conversation shorter"):
            compact(hamr, "openai/gpt-4o")
        body: Any
        for body in ({}, {"output": []}, {"output": [{"type": 7}]}):
            provider.answer(body)
            with pytest.raises(BrokenReply, match="holds no conversation"):
                compact(hamr, MODEL, api_mode=MODE, retries=0)


def test_azure_has_it_too(colour: Colour, provider: Canned) -> None:
    for each in (state("queued"), DONE):
        provider.answer(each)
    environ = {"AZURE_OPENAI_ENDPOINT": provider.url, "AZURE_OPENAI_API_KEY": "canary-key"}
    with Hamr(environ=environ) as hamr:
        assert colour.call(hamr, "hi", "azure/mine", api_mode=MODE, background=True).text == "Hello."
    assert [path for _, path in asked(provider)] == ["/openai/v1/responses", "/openai/v1/responses/resp%2F1"]
    assert provider.asked[1].headers["api-key"] == "canary-key"
