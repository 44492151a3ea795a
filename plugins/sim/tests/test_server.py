"""The server as any client of its wire sees it."""

from __future__ import annotations

import base64
import http.client
import json
import re
import socket
import struct
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from hamr_sim.connection import MOST
from hamr_sim.models import NAMES
from hamr_sim.server import HOST, Server
from hamr_sim.simulator import Simulator


def chunks(body: bytes) -> list[dict[str, Any]]:
    """The JSON of each server-sent event."""
    lines = [line.removeprefix(b"data: ") for line in body.split(b"\n\n") if line]
    assert lines[-1] == b"[DONE]"
    return [json.loads(line) for line in lines[:-1]]


def test_it_is_well(raw: Any) -> None:
    status, headers, body = raw.request("GET", "/health")
    assert (status, headers["server"], json.loads(body)["status"]) == (200, "hamr-sim", "ok")


def test_it_lists_its_models(raw: Any) -> None:
    status, _, body = raw.request("GET", "/v1/models?limit=100")
    assert status == 200
    models = {model["id"]: model for model in json.loads(body)["data"]}
    assert list(models) == list(NAMES)
    assert {model["owned_by"] for model in models.values()} == {"hamr-sim"}
    assert all(model["description"].startswith("[sim] ") for model in models.values())
    assert [name for name, model in models.items() if model["type"] == "embedding"] == ["embed"]
    assert models["tools"]["supports_tools"]


@pytest.mark.parametrize("name", ["echo", "sim/echo", "sim%2Fecho"])
def test_it_tells_of_one_model(raw: Any, name: str) -> None:
    status, _, body = raw.request("GET", f"/v1/models/{name}")
    assert (status, json.loads(body)["id"], json.loads(body)["object"]) == (200, "echo", "model")


def test_it_tells_of_no_model_that_is_not_there(raw: Any) -> None:
    status, _, body = raw.request("GET", "/v1/models/parrot")
    assert (status, json.loads(body)["error"]["code"]) == (404, "model_not_found")


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/v1/chat/completions", {"model": "echo", "messages": []}, "messages"),
        ("/v1/messages", {"model": "echo", "max_tokens": 9, "system": "Be brief.", "messages": []}, "messages"),
        ("/v1beta/models/echo:generateContent", {"contents": []}, "contents"),
        ("/v1beta/models/echo:generateContent", {}, "contents"),
    ],
)
def test_a_conversation_without_a_message_is_refused(raw: Any, path: str, body: dict[str, Any], field: str) -> None:
    status, _, told = raw.request("POST", path, json.dumps(body).encode())
    assert status == 400
    assert f"{field} must hold at least one entry" in json.loads(told)["error"]["message"]


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/", 404), ("POST", "/v1/nothing", 404)])
def test_other_paths_are_refused_in_the_envelope_of_the_wire(raw: Any, method: str, path: str, status: int) -> None:
    told, headers, body = raw.request(method, path)
    assert (told, headers["server"]) == (status, "hamr-sim")
    assert path in json.loads(body)["error"]["message"]


def test_a_get_where_a_post_belongs_is_refused(raw: Any) -> None:
    assert raw.request("GET", "/v1/chat/completions")[0] == 405


def test_a_request_over_the_limit_is_refused_and_the_answer_can_be_read(raw: Any) -> None:
    status, _, body = raw.request("POST", "/v1/chat/completions", b" " * (MOST + 1))
    assert status == 413
    assert json.loads(body)["error"]["message"].startswith("[sim] ")


def test_a_request_without_a_length_is_refused(raw: Any) -> None:
    with raw.connected() as connection:
        connection.request("POST", "/v1/chat/completions", iter([b"{}"]), {"transfer-encoding": "chunked"})
        assert connection.getresponse().status == 411


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"model": "echo"}', b"\xff"])
def test_a_body_that_makes_no_sense_is_refused(raw: Any, body: bytes) -> None:
    status, _, told = raw.request("POST", "/v1/chat/completions", body)
    assert status == 400
    assert json.loads(told)["error"]["message"]


@pytest.mark.parametrize("fields", [{"n": -1}, {"n": 129}, {"sim": 1}, {"n": "two"}])
def test_a_field_that_makes_no_sense_is_named(raw: Any, fields: dict[str, Any]) -> None:
    status, _, told = raw.post("echo", **fields)
    assert (status, json.loads(told)["error"]["param"]) == (400, *fields)


def test_no_room_at_all_is_no_fault(raw: Any) -> None:
    choice = json.loads(raw.post("echo", max_tokens=-1)[2])["choices"][0]
    assert (choice["message"]["content"], choice["finish_reason"]) == ("", "length")


def test_an_unknown_model_is_refused_with_the_known_ones(raw: Any) -> None:
    status, _, body = raw.post("parrot")
    error = json.loads(body)["error"]
    assert (status, error["code"]) == (404, "model_not_found")
    assert "echo" in error["message"]


@pytest.mark.parametrize("model", ["echo", "sim/echo"])
def test_a_whole_reply(raw: Any, model: str) -> None:
    status, headers, body = raw.post(model)
    told = json.loads(body)
    assert (status, headers["content-type"], headers["server"]) == (200, "application/json", "hamr-sim")
    assert (told["model"], told["choices"][0]["message"]["content"]) == ("sim-echo", "[sim] hello there")
    assert told["id"].startswith("sim-")
    assert told["usage"]["prompt_tokens"] == 2
    assert told["usage"]["completion_tokens"] == 3


def test_a_streamed_reply(raw: Any) -> None:
    status, headers, body = raw.post("echo", stream=True, stream_options={"include_usage": True})
    told = chunks(body)
    assert (status, headers["server"]) == (200, "hamr-sim")
    assert headers["content-type"].startswith("text/event-stream")
    assert {chunk["model"] for chunk in told} == {"sim-echo"}
    words = [choice["delta"].get("content") for chunk in told for choice in chunk["choices"]]
    assert [word for word in words if word] == ["[sim]", " hello", " there"]
    assert told[-1]["usage"]["completion_tokens"] == 3


@pytest.mark.parametrize("model", NAMES)
def test_every_reply_says_that_it_is_from_the_simulator(raw: Any, model: str) -> None:
    wishes = {"after": 1} if model == "hang" else {}
    with raw.opened(model, stream=True, sim=wishes) as reply:
        assert reply.getheader("server") == "hamr-sim"
        assert re.search(rb'"model":"sim-|"message":"\[sim\] |<h1>\[sim\] ', reply.read1())


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        ("tools", {"tools": [{"type": "function", "function": {"name": "f"}}]}),
        ("structured", {"response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": {}}}}),
        ("thinking", {}),
    ],
)
def test_whole_replies_that_are_no_text_of_its_own_name_it_as_their_model(
    raw: Any, model: str, fields: dict[str, Any]
) -> None:
    assert json.loads(raw.post(model, **fields)[2])["model"] == f"sim-{model}"


def test_a_connection_serves_many_requests(server: Server, raw: Any) -> None:
    with raw.connected() as connection:
        sockets = set()
        for stream in (False, True, False):
            body = {"model": "echo", "messages": [{"role": "user", "content": "hi"}], "stream": stream}
            connection.request("POST", "/v1/chat/completions", json.dumps(body))
            assert connection.getresponse().read()
            sockets.add(connection.sock.getsockname() if connection.sock else None)
        assert len(sockets) == 1
        assert None not in sockets


def test_a_client_of_http_1_0_gets_its_stream_without_chunks(server: Server) -> None:
    body = b'{"model": "echo", "stream": true, "messages": [{"role": "user", "content": "hi"}]}'
    with socket.create_connection((HOST, server.server_address[1])) as connection:
        connection.sendall(b"POST /v1/chat/completions HTTP/1.0\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body))
        reply = b"".join(iter(lambda: connection.recv(4096), b""))
    assert reply.partition(b"\r\n\r\n")[2].startswith(b"data: ")
    assert reply.endswith(b"data: [DONE]\n\n")


def test_a_request_that_is_no_http_ends_the_connection(server: Server) -> None:
    with socket.create_connection((HOST, server.server_address[1])) as connection:
        connection.sendall(b"hello\r\n\r\n")
        assert b" 400 " in b"".join(iter(lambda: connection.recv(4096), b""))
    assert server.closed_early == 0


def test_the_first_words_do_not_wait_for_the_last(raw: Any) -> None:
    with raw.opened("echo", "a b c d e f", stream=True, sim={"pace": 0.1}) as reply:
        begun = time.monotonic()
        assert b"data: " in reply.read1()
        first = time.monotonic() - begun
        reply.read()
        last = time.monotonic() - begun
    assert first < 0.3
    assert last >= 0.6


def test_words_come_some_at_a_time_where_that_is_wished(raw: Any) -> None:
    told = chunks(raw.post("echo", "a b c d e", stream=True, sim={"words": 3})[2])
    words = [choice["delta"].get("content") for chunk in told for choice in chunk["choices"]]
    assert [word for word in words if word] == ["[sim] a b", " c d e"]


def test_a_client_that_leaves_in_mid_stream_is_counted(server: Server, raw: Any, eventually: Any) -> None:
    with raw.opened("echo", stream=True, sim={"pace": 30}) as reply:
        assert reply.read1()
        assert server.closed_early == 0
    eventually(lambda: server.closed_early == 1)


def test_a_client_that_leaves_an_endless_stream_is_counted(server: Server, raw: Any, eventually: Any) -> None:
    with raw.opened("endless", stream=True, sim={"pace": 0}) as reply:
        assert len(reply.read(100_000)) == 100_000
    eventually(lambda: server.closed_early == 1)


def test_a_client_that_waits_for_no_answer_is_counted(server: Server, raw: Any, eventually: Any) -> None:
    with raw.connected() as connection:
        body = {"model": "hang", "messages": [{"role": "user", "content": "hi"}]}
        connection.request("POST", "/v1/chat/completions", json.dumps(body))
        connection.sock.settimeout(0.1)
        with pytest.raises(TimeoutError):
            connection.getresponse()
    eventually(lambda: server.closed_early == 1)


def test_a_client_that_reads_to_the_end_is_not_counted(server: Server, raw: Any) -> None:
    raw.post("echo", stream=True)
    raw.post("echo")
    assert server.closed_early == 0


def test_many_streams_at_once(raw: Any) -> None:
    """All of them are open before the first ends."""
    together = threading.Barrier(100, timeout=30)

    def stream(number: int) -> bytes:
        with raw.opened("echo", f"number {number}", stream=True, sim={"pace": 0.01}) as reply:
            first: bytes = reply.read1()
            together.wait()
            rest: bytes = reply.read()
            return first + rest

    with ThreadPoolExecutor(100) as pool:
        replies = list(pool.map(stream, range(100)))
    assert all(f" {number}".encode() in reply for number, reply in enumerate(replies))
    assert all(reply.endswith(b"[DONE]\n\n") for reply in replies)


def test_closing_ends_every_reply_at_once_and_every_thread() -> None:
    before = set(threading.enumerate())
    server = Server(Simulator()).start()
    with socket.create_connection((HOST, server.server_address[1]), timeout=10) as idle:
        connection = http.client.HTTPConnection(HOST, server.server_address[1], timeout=10)
        body = {"model": "hang", "messages": [{"role": "user", "content": "hi"}], "stream": True, "sim": {"after": 1}}
        connection.request("POST", "/v1/chat/completions", json.dumps(body))
        reply = connection.getresponse()
        begun = time.monotonic()
        server.close()
        server.close()
        assert time.monotonic() - begun < 2
        assert idle.recv(1) == b""
        with pytest.raises(http.client.IncompleteRead):
            reply.read()
        connection.close()
    assert set(threading.enumerate()) <= before
    assert server.closed_early == 0
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((HOST, server.server_address[1]), timeout=1)


def test_it_listens_on_this_machine_alone(server: Server) -> None:
    assert server.server_address[0] == "127.0.0.1"
    assert server.base_url == f"http://127.0.0.1:{server.server_address[1]}/v1"


def test_a_line_for_each_request_is_logged(server: Server, raw: Any, eventually: Any) -> None:
    lines: list[str] = []
    server.log = lines.append
    for count, model in enumerate(["echo", "429"], start=1):
        raw.post(model)
        eventually(lambda count=count: len(lines) == count)
    assert [line.partition(",")[0] for line in lines] == [
        "POST /v1/chat/completions echo 200",
        "POST /v1/chat/completions 429 429",
    ]
    assert lines[0].endswith(" bytes")


def embedded(raw: Any, **fields: Any) -> tuple[int, dict[str, Any]]:
    """Status and body of a request for vectors."""
    body = {"model": "embed", "input": "hello there", **fields}
    status, _, told = raw.request("POST", "/v1/embeddings", json.dumps(body).encode())
    return status, json.loads(told)


def test_vectors_in_numbers_and_in_base64(raw: Any) -> None:
    status, body = embedded(raw, input=["hello there", [1, 2, 3]], dimensions=3)
    assert (status, body["model"], body["usage"]) == (200, "sim-embed", {"prompt_tokens": 5, "total_tokens": 5})
    assert [row["index"] for row in body["data"]] == [0, 1]
    numbers = body["data"][0]["embedding"]
    packed = embedded(raw, dimensions=3, encoding_format="base64")[1]["data"][0]["embedding"]
    assert list(struct.unpack("<3f", base64.b64decode(packed))) == numbers


@pytest.mark.parametrize(
    "fields", [{"dimensions": 0}, {"dimensions": 4097}, {"input": [""] * 2049}, {"sim": {"fault": "?"}}, {"input": []}]
)
def test_a_request_for_vectors_that_makes_no_sense_is_refused(raw: Any, fields: dict[str, Any]) -> None:
    status, body = embedded(raw, **fields)
    assert status == 400
    assert body["error"]["param"].partition(".")[0] == next(iter(fields))


def test_another_model_makes_no_vectors(raw: Any) -> None:
    status, body = embedded(raw, model="echo")
    assert (status, body["error"]["code"]) == (404, "model_not_found")


@pytest.mark.parametrize(("fault", "status"), [("401", 401), ("429", 429), ("500", 500), ("context", 400)])
def test_faults_hold_for_vectors_by_model_and_by_wish(raw: Any, fault: str, status: int) -> None:
    for fields in ({"model": fault}, {"sim": {"fault": fault}}):
        told, body = embedded(raw, **fields)
        assert told == status
        assert body["error"]["message"].startswith("[sim] ")
    assert [embedded(raw, model=fault, sim={"times": 1})[0] for _ in range(2)] == [status, 200]


def test_an_error_inside_of_a_reply_with_vectors(raw: Any) -> None:
    status, body = embedded(raw, model="error")
    assert (status, body["error"]["type"]) == (200, "server_error")
