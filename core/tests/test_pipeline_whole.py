"""Embeddings and lists of models from end to end, over a wire of this test's own: a reply is a line of JSON."""

from __future__ import annotations

import json
from array import array
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from hamr.auth.header import HeaderAuth
from hamr.calls.pipeline import Pipeline
from hamr.errors import (
    BadRequest,
    BrokenReply,
    CallError,
    ConfigError,
    NoAnswer,
    NoSuchModel,
    Overloaded,
    RateLimited,
    Unsupported,
)
from hamr.types import (
    Adaptation,
    Call,
    Cost,
    EmbeddingRequest,
    Embeddings,
    Head,
    Model,
    ModelInfo,
    ModelPage,
    Request,
    Route,
    Settings,
    Timeouts,
    Usage,
)
from hamr_testkit.colours import Colour
from hamr_testkit.routes import route
from hamr_testkit.scripted import Answer, ScriptedTransport

CANARY = "sk-canary-0123456789abcdef"
QUICK = Settings(retries=2, retry_wait=0.01)


class PlainWire:
    """A wire that knows neither embeddings nor lists."""

    def encode(self, request: Request, route: Route) -> Call:
        return Call(route.provider.base_url)

    def decoder(self) -> Any:
        raise NotImplementedError

    def error(self, head: Head) -> CallError:
        text = head.body.decode()
        kinds = {404: NoSuchModel, 429: RateLimited}
        return kinds.get(head.status, Overloaded if head.status >= 500 else BadRequest)(text, status=head.status)


class JsonWire(PlainWire):
    """Embeds `most` inputs at once; a vector is the length of its input."""

    def __init__(self, most: int | None = None) -> None:
        self.most = most

    def max_embedding_inputs(self, route: Route) -> int | None:
        return self.most

    def encode_embeddings(self, request: EmbeddingRequest, route: Route) -> Call:
        told = (Adaptation("dropped", "user", "nobody asks"),)
        return Call(f"{route.provider.base_url}/embed", body=json.dumps(request.inputs).encode(), adaptations=told)

    def decode_embeddings(self, head: Head, route: Route) -> Embeddings:
        said = json.loads(head.body)
        if "busy" in said:
            raise Overloaded(said["busy"])
        vectors = tuple(array("f", [number]) for number in said["vectors"])
        usage = Usage(input=said["used"], raw=said) if "used" in said else None
        cost = Cost(Decimal(said["cost"]), "said") if "cost" in said else Cost()
        return Embeddings(vectors, route.provider.id, "served", usage, cost)

    def encode_models(self, route: Route, page: str | None) -> Call:
        return Call(f"{route.provider.base_url}/models" + (f"?{page}" if page else ""), "GET")

    def decode_models(self, head: Head, route: Route) -> ModelPage:
        said = json.loads(head.body)
        return ModelPage(tuple(ModelInfo(id, route.provider.id, id) for id in said["ids"]), said.get("next"))


def says(status: int = 200, /, **said: Any) -> Answer:
    body = json.dumps(said).encode()
    return Answer((body[:5], body[5:]), status, headers={"x-request-id": "req-1"})


def vectors(*numbers: float, **said: Any) -> Answer:
    return says(vectors=numbers, **said)


def asked(*inputs: str) -> EmbeddingRequest:
    return EmbeddingRequest(inputs)


def pipeline(transport: ScriptedTransport, wire: Any = None) -> Pipeline:
    there = replace(route("json", key=CANARY), model=Model(""))
    return Pipeline(there, transport, HeaderAuth(there.secret), wire or JsonWire())


def embed(
    colour: Colour, transport: ScriptedTransport, *inputs: str, most: int | None = None, settings: Settings = QUICK
) -> Embeddings:
    return colour.result(pipeline(transport, JsonWire(most)).embed(asked(*inputs), settings), transport)


def listed(colour: Colour, transport: ScriptedTransport, settings: Settings = QUICK) -> tuple[str, ...]:
    return tuple(each.id for each in colour.result(pipeline(transport).list_models(settings), transport))


def test_vectors_come_with_all_that_is_known_of_the_call(colour: Colour) -> None:
    transport = ScriptedTransport(vectors(1, 2, used=5, cost="0.25"))
    found = embed(colour, transport, "a", "bc")
    assert [vector.tolist() for vector in found.vectors] == [[1.0], [2.0]]
    assert (found.vector, found.model, found.provider, found.request_id) == (
        found.vectors[0],
        "served",
        "test",
        "req-1",
    )
    assert (found.usage, found.cost.usd) == (
        Usage(input=5, raw=found.usage.raw if found.usage else {}),
        Decimal("0.25"),
    )
    assert [told.field for told in found.adaptations] == ["user"]
    assert found.timings.attempts == 1
    assert found.timings.total is not None
    assert transport.replies[0].closed == 1


def test_the_call_carries_the_key_the_user_agent_and_the_requests_own_headers(colour: Colour) -> None:
    transport = ScriptedTransport(vectors(1))
    request = EmbeddingRequest(("a",), headers={"X-Team": "blue"})
    colour.result(pipeline(transport).embed(request, QUICK), transport)
    (call,) = transport.calls
    assert call.headers["authorization"] == f"Bearer {CANARY}"
    assert call.headers["user-agent"].startswith("hamr/")
    assert call.headers["x-team"] == "blue"
    assert CANARY not in repr(call)
    assert call.timeouts.read == call.timeouts.total


def test_a_header_that_cannot_be_sent_is_refused(colour: Colour) -> None:
    transport = ScriptedTransport(vectors(1))
    request = EmbeddingRequest(("a",), headers={"X-Team": "a\nb"})
    with pytest.raises(ConfigError, match="x-team"):
        colour.result(pipeline(transport).embed(request, QUICK), transport)
    assert not transport.calls


def test_inputs_over_the_limit_go_in_several_calls_and_come_back_as_one(colour: Colour) -> None:
    transport = ScriptedTransport(
        vectors(1, 2, used=5, cost="0.25"), vectors(3, 4, used=6, cost="0.5"), vectors(5, used=7, cost="1")
    )
    found = embed(colour, transport, *"abcde", most=2)
    assert [json.loads(call.body) for call in transport.calls] == [["a", "b"], ["c", "d"], ["e"]]
    assert [vector[0] for vector in found.vectors] == [1, 2, 3, 4, 5]
    assert found.usage is not None
    assert (found.usage.input, len(found.usage.raw["calls"]), found.cost.usd) == (18, 3, Decimal("1.75"))
    assert [(told.kind, told.field) for told in found.adaptations] == [("dropped", "user"), ("changed", "inputs")]
    assert found.adaptations[1].why == "sent in 3 calls, for one takes no more than 2"
    assert found.timings.attempts == 3


def test_inputs_at_the_limit_go_in_one_call(colour: Colour) -> None:
    found = embed(colour, ScriptedTransport(vectors(1, 2)), "a", "b", most=2)
    assert [told.field for told in found.adaptations] == ["user"]


def test_a_cost_that_is_not_known_is_none_and_a_count_an_estimate(colour: Colour) -> None:
    """Pain 40: a price or a count that is missing is not zero."""
    found = embed(colour, ScriptedTransport(vectors(1, used=5, cost="0.25"), vectors(2)), "a", "b", most=1)
    assert found.usage is not None
    assert (found.usage.input, found.usage.estimated) == (6, True)
    assert found.cost == Cost()


def test_only_the_call_that_failed_is_sent_again(colour: Colour) -> None:
    transport = ScriptedTransport(vectors(1), NoAnswer("refused"), says(busy="later"), vectors(2))
    found = embed(colour, transport, "a", "b", most=1)
    assert [vector[0] for vector in found.vectors] == [1, 2]
    assert [json.loads(call.body) for call in transport.calls] == [["a"], ["b"], ["b"], ["b"]]
    assert found.timings.attempts == 4
    assert [text.partition(" (")[2].partition(":")[0] for text in found.warnings] == ["NoAnswer", "Overloaded"]


def test_one_time_holds_for_all_calls(colour: Colour) -> None:
    transport = ScriptedTransport(vectors(1), vectors(2))
    embed(colour, transport, "a", "b", most=1, settings=Settings(timeouts=Timeouts(total=30)))
    first, second = transport.calls
    assert first.deadline == second.deadline is not None


def test_attempts_are_bounded_in_count_and_in_time(colour: Colour) -> None:
    transport = ScriptedTransport(*[NoAnswer("refused")] * 5)
    with pytest.raises(NoAnswer) as caught:
        listed(colour, transport)
    assert (len(transport.calls), caught.value.attempts) == (3, 3)
    assert (caught.value.provider, caught.value.model) == ("test", "")
    assert str(caught.value).startswith("test: refused")
    slow = ScriptedTransport(*[Overloaded("busy", retry_after=5.0)] * 5)
    with pytest.raises(Overloaded):
        listed(colour, slow, Settings(retries=5, timeouts=Timeouts(total=1.0)))
    assert len(slow.calls) == 1


@pytest.mark.parametrize("count", [0, 1, 3])
def test_another_number_of_vectors_than_of_inputs_is_an_error(colour: Colour, count: int) -> None:
    with pytest.raises(BrokenReply, match=f"2 inputs were sent, and {count} vectors came") as caught:
        embed(colour, ScriptedTransport(vectors(*range(count))), "a", "b")
    assert (caught.value.provider, caught.value.request_id) == ("test", "req-1")
    assert caught.value.partial is None


def test_a_reply_larger_than_allowed_is_an_error(colour: Colour) -> None:
    transport = ScriptedTransport(Answer(tuple([b" " * 64] * 1000)))
    with pytest.raises(BrokenReply, match="larger than 500 bytes"):
        listed(colour, transport, Settings(max_bytes=500))
    assert transport.replies[0].closed == 1


def test_a_reply_that_breaks_off_is_an_error(colour: Colour) -> None:
    with pytest.raises(BrokenReply, match="cut"):
        listed(colour, ScriptedTransport(Answer((b'{"ids": [', BrokenReply("cut")))))


def test_a_failure_whose_body_breaks_off_is_still_that_failure(colour: Colour) -> None:
    answer = Answer((b"no such", BrokenReply("cut")), 400)
    with pytest.raises(BadRequest, match="no such"):
        listed(colour, ScriptedTransport(answer))


def test_without_a_time_for_the_whole_there_is_no_deadline(colour: Colour) -> None:
    transport = ScriptedTransport(says(ids=["a"]))
    assert listed(colour, transport, Settings(timeouts=Timeouts(total=None))) == ("a",)
    assert transport.calls[0].deadline is None


@pytest.mark.parametrize("status", [400, 404, 429, 500])
def test_a_key_that_the_provider_echoes_is_not_shown(colour: Colour, status: int) -> None:
    """Pain 36."""
    transport = ScriptedTransport(*[Answer((f"bad key {CANARY}".encode(),), status)] * 3)
    with pytest.raises(CallError) as caught:
        listed(colour, transport)
    assert CANARY not in "".join(map(str, (caught.value, repr(caught.value), vars(caught.value))))
    assert "***" in str(caught.value)


def test_no_list_at_the_address_says_so(colour: Colour) -> None:
    with pytest.raises(NoSuchModel, match="check the base URL"):
        listed(colour, ScriptedTransport(Answer((b"nothing here",), 404)))


def test_a_redirect_to_another_origin_gets_no_key(colour: Colour) -> None:
    moved = Answer((), 302, {"location": "https://other.test/models"})
    transport = ScriptedTransport(moved, says(ids=["a"]))
    assert listed(colour, transport) == ("a",)
    assert transport.calls[1].url == "https://other.test/models"
    assert "authorization" not in transport.calls[1].headers


def test_a_list_is_read_page_by_page_and_has_each_id_once(colour: Colour) -> None:
    transport = ScriptedTransport(says(ids=["a", "b"], next="after=b"), says(ids=["b", "c"]))
    assert listed(colour, transport) == ("a", "b", "c")
    assert [call.url.partition("/v1")[2] for call in transport.calls] == ["/models", "/models?after=b"]
    assert [call.method for call in transport.calls] == ["GET", "GET"]


def test_a_list_without_an_end_is_an_error(colour: Colour) -> None:
    with pytest.raises(BrokenReply, match="more than 1000 pages"):
        listed(colour, ScriptedTransport(*(says(ids=[str(number)], next="more") for number in range(1001))))


def test_a_page_that_brings_nothing_new_is_the_last(colour: Colour) -> None:
    transport = ScriptedTransport(*[says(ids=["a", "b"], next="after=b")] * 5)
    assert listed(colour, transport) == ("a", "b")
    assert len(transport.calls) == 2


def test_a_wire_without_the_ability_says_so(colour: Colour) -> None:
    transport = ScriptedTransport()
    plain = pipeline(transport, PlainWire())
    with pytest.raises(Unsupported, match="test: the wire 'json' has no embeddings"):
        colour.result(plain.embed(asked("a"), QUICK), transport)
    with pytest.raises(Unsupported, match="test: the wire 'json' has no list of models"):
        colour.result(plain.list_models(QUICK), transport)
