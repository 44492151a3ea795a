"""When a provider with one key is left alone (C-60, N-168)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest

from hamr import Hamr
from hamr.auth.header import HeaderAuth
from hamr.calls.breaker import NoBreaker, WindowBreaker
from hamr.calls.circuit import Circuit
from hamr.calls.pipeline import Pipeline
from hamr.errors import BrokenReply, CallError, ConfigError, HamrError, NoAnswer, NotLetIn, Overloaded, RateLimited
from hamr.types import Message, Request, Response, Settings, Text
from hamr_testkit.colours import Colour
from hamr_testkit.plain_wire import PlainWire
from hamr_testkit.routes import route
from hamr_testkit.scripted import Answer, ScriptedTransport

ASKED = Request((Message("user", (Text("hi"),)),), stream=True)
ONCE = Settings(retries=0)
DONE = Answer((b"words",))


@dataclass
class Client:
    """One provider, whose answers are scripted."""

    colour: Colour
    circuit: Circuit

    def call(self, *answers: Answer | HamrError, settings: Settings = ONCE) -> tuple[Response, int]:
        """The response, and how many calls were sent."""
        transport, there = ScriptedTransport(*answers), route()
        pipeline = Pipeline(there, transport, HeaderAuth(there.secret), PlainWire(), circuit=self.circuit)
        _, response = self.colour.run(pipeline.flow(ASKED, settings), transport)
        return response, len(transport.calls)

    def fail(self, error: HamrError, times: int = 1) -> None:
        for _ in range(times):
            with pytest.raises(type(error)):
                self.call(error)


@pytest.fixture
def client(colour: Colour) -> Client:
    return Client(colour, Circuit())


@pytest.mark.parametrize("error", [NoAnswer("refused"), Overloaded("down", status=503)])
def test_four_failures_in_a_row_leave_the_provider_alone(client: Client, error: CallError) -> None:
    client.fail(error, 3)
    assert client.call(DONE)[0].text
    client.fail(error, 4)
    with pytest.raises(Overloaded, match=r"left alone for [45]\.\d s more") as caught:
        client.call(DONE)
    told = caught.value
    assert (told.code, told.attempts, told.provider, told.model) == ("circuit_open", 0, "test", "a-model")
    assert told.retry_after is not None
    assert 4 < told.retry_after <= 5
    assert "HAMR_BREAKER_POLICY=off" in str(told)


def test_a_fault_of_one_call_is_never_such_a_failure(client: Client) -> None:
    client.fail(Overloaded("something here cannot be read", status=500), 10)
    assert client.call(DONE)[0].text


def test_a_rate_limit_is_never_such_a_failure(client: Client) -> None:
    client.fail(RateLimited("slow down"), 10)
    client.fail(NotLetIn("no"), 10)
    assert client.call(DONE)[0].text


def test_all_attempts_of_a_call_are_one_failure(client: Client) -> None:
    """A call that is to be sent ten times is, whatever the breaker thinks of it."""
    answers = [Overloaded("down")] * 9
    response, sent = client.call(*answers, DONE, settings=Settings(retries=9, retry_wait=0.001))
    assert (sent, response.timings.attempts) == (10, 10)


def opened(times: Sequence[float]) -> Circuit:
    """One that was opened at these times."""
    circuit = Circuit()
    for at in times:
        for _ in range(4):
            circuit.failed(NoAnswer("refused"), at)
    return circuit


@pytest.mark.parametrize(("openings", "seconds"), [(1, 5), (2, 30), (3, 120), (7, 120)])
def test_it_opens_for_longer_each_time(openings: int, seconds: float) -> None:
    circuit = Circuit()
    for _ in range(3):
        circuit.failed(NoAnswer("refused"), 0)
    at = 0.0
    for number in range(openings):
        at = number * 1000.0
        circuit.enter(at)
        circuit.failed(NoAnswer("refused"), at)
    with pytest.raises(Overloaded):
        circuit.enter(at + seconds - 0.1)
    circuit.enter(at + seconds)


def test_one_call_alone_tries_it_again(client: Client) -> None:
    circuit = opened([0.0])
    circuit.enter(5.0)
    with pytest.raises(Overloaded):
        circuit.enter(6.0)
    circuit.answered(7.0, has_content=True)
    circuit.enter(7.0)
    circuit.failed(NoAnswer("refused"), 8.0)
    circuit.enter(9.0)


def test_a_rate_limit_in_that_try_says_that_it_is_there() -> None:
    circuit = opened([0.0])
    circuit.enter(5.0)
    circuit.failed(RateLimited("slow down"), 6.0)
    circuit.enter(6.0)


def test_one_that_nobody_ended_does_not_close_it_for_good() -> None:
    circuit = opened([0.0])
    circuit.enter(5.0)
    circuit.enter(36.0)


def test_three_answers_with_nothing_leave_it_alone_for_longer() -> None:
    circuit = Circuit()
    circuit.answered(0.0, has_content=False)
    circuit.failed(BrokenReply("cut"), 0.0)
    circuit.enter(0.0)
    circuit.answered(0.0, has_content=False)
    with pytest.raises(Overloaded, match="an answer with nothing in it"):
        circuit.enter(29.0)
    circuit.enter(30.0)


def test_a_policy_of_ones_own_counts() -> None:
    never, window = Circuit(NoBreaker()), Circuit(WindowBreaker(2, 2, 1.0, 60))
    for circuit in (never, window):
        circuit.failed(NoAnswer("refused"), 0.0)
        circuit.failed(NoAnswer("refused"), 0.0)
    never.enter(0.0)
    with pytest.raises(Overloaded, match=r"60\.0 s more"):
        window.enter(0.0)


@pytest.mark.parametrize("policy", ["", "off", "window"])
def test_a_client_has_one_for_each_model(colour: Colour, policy: str) -> None:
    environ = {"LOCAL_LLM_BASE_URL": "http://127.0.0.1:9/v1", **({"HAMR_BREAKER_POLICY": policy} if policy else {})}
    with Hamr(environ=environ, folder=None, settings=ONCE) as client:
        for _ in range(4):
            with pytest.raises(NoAnswer):
                colour.call(client, "hi", "local/one")
        with pytest.raises(NoAnswer if policy == "off" else Overloaded) as caught:
            colour.call(client, "hi", "local/one")
        assert (caught.value.code == "circuit_open") is (policy != "off")
        with pytest.raises(NoAnswer):
            colour.call(client, "hi", "local/another")
        with pytest.raises(NoAnswer):
            client.models("local")


def test_a_pool_has_its_own(colour: Colour) -> None:
    """There it is no error: another candidate serves."""
    with Hamr(environ={}, folder=None, settings=ONCE) as client:
        for _ in range(5):
            assert colour.call(client, "hi", "sim/500,sim/echo").text


def test_a_policy_that_is_none_is_told() -> None:
    told = "HAMR_BREAKER_POLICY='sometimes' is no policy of a breaker"
    with (
        Hamr(environ={"HAMR_BREAKER_POLICY": "sometimes"}, folder=None) as client,
        pytest.raises(ConfigError, match=told),
    ):
        client.call("hi", "sim/echo")


def test_the_pipeline_of_no_model_has_none() -> None:
    with Hamr(environ={}, folder=None) as client:
        assert client.pipeline("sim/echo").circuit is client.pipeline("sim/echo").circuit is not None
        assert client.access("sim").circuit is None
        assert replace(client.pipeline("sim/echo"), circuit=None).circuit is None
