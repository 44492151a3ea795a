"""The most that one call may cost, in both colours (N-191)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from hamr.auth.header import HeaderAuth
from hamr.calls.pipeline import Pipeline
from hamr.errors import BudgetSpent, ConfigError, Overloaded
from hamr.options import settings
from hamr.types import (
    Cost,
    Event,
    Failed,
    Message,
    Request,
    Run,
    Settings,
    Started,
    Text,
    Usage,
    UsageUpdated,
)
from hamr_testkit.colours import Colour
from hamr_testkit.plain_wire import PlainDecoder, PlainWire
from hamr_testkit.routes import route
from hamr_testkit.scripted import Answer, ScriptedTransport

ASKED = Request((Message("user", (Text("h" * 40),)),), max_tokens=100)
"""14 tokens go in by the estimate, and 100 may come out: 114 dollars, for a token costs one."""
DONE, BUSY = Answer((b"12345678",)), Answer(status=503)


class DearFailure(PlainDecoder):
    """Fails before anything has come, and has charged for it all the same."""

    def feed(self, data: bytes) -> Sequence[Event]:
        return [Started(), UsageUpdated(Usage(input=10))]

    def finish(self) -> Sequence[Event]:
        return [Failed(Overloaded("busy"))]


class DollarAToken:
    """Prices that are easily added up; an answer has at most `length` tokens."""

    def __init__(self, length: int | None = None) -> None:
        self._length = length

    def __call__(self, usage: Usage, served: str, tier: str | None, day: str) -> Cost:
        return Cost(Decimal(usage.total), "by the price list")

    def longest(self) -> int | None:
        return self._length

    def window(self, served: str = "") -> int | None:
        return None

    def end(self, day: str) -> str | None:
        return None


class Unknown(DollarAToken):
    def __call__(self, usage: Usage, served: str, tier: str | None, day: str) -> Cost:
        return Cost()


def pipeline(transport: ScriptedTransport, prices: Any = None, wire: PlainWire | None = None) -> Pipeline:
    asked = route("lines", key="sk-canary-0123456789abcdef")
    return Pipeline(asked, transport, HeaderAuth(asked.secret), wire or PlainWire(), charge=prices or DollarAToken())


def bound(usd: str, retries: int = 0) -> Settings:
    return Settings(retries=retries, retry_wait=0.01, max_cost=Decimal(usd))


def test_a_call_that_may_cost_more_is_not_sent(colour: Colour) -> None:
    transport = ScriptedTransport(DONE)
    with pytest.raises(BudgetSpent) as caught:
        colour.run(pipeline(transport).flow(ASKED, bound("113.99")), transport)
    error = caught.value
    assert not transport.calls
    assert error.message == "this call may cost $114.00, more than its max_cost of $113.99"
    assert error.hint == "Allow it more, or a shorter answer: max_tokens=99 or less."
    assert (error.code, error.provider, error.action) == ("max_cost", "test", "fix")


def test_what_the_hint_says_is_let_by(colour: Colour) -> None:
    transport = ScriptedTransport(DONE)
    shorter = Request(ASKED.messages, max_tokens=99)
    assert colour.run(pipeline(transport).flow(shorter, bound("113.99")), transport)[1].text == "12345678"


def test_several_answers_cost_several_times_as_much(colour: Colour) -> None:
    transport = ScriptedTransport(DONE)
    several = Request(ASKED.messages, max_tokens=100, n=3)
    with pytest.raises(BudgetSpent, match=r"may cost \$314\.00") as caught:
        colour.run(pipeline(transport).flow(several, bound("113.99")), transport)
    assert "max_tokens=33 or less" in caught.value.hint


def test_without_a_bound_the_longest_answer_of_the_model_counts(colour: Colour) -> None:
    """H-46."""
    transport = ScriptedTransport(DONE)
    free = Request(ASKED.messages)
    for prices, most in ((DollarAToken(1000), 1014), (DollarAToken(), 16_398)):
        with pytest.raises(BudgetSpent, match=rf"may cost \${most:,}\.00"):
            colour.run(pipeline(transport, prices).flow(free, bound("900")), transport)


def test_where_even_the_input_is_too_dear_that_is_told(colour: Colour) -> None:
    transport = ScriptedTransport(DONE)
    with pytest.raises(BudgetSpent) as caught:
        colour.run(pipeline(transport).flow(ASKED, bound("14")), transport)
    assert "no room for an answer of any length" in caught.value.hint


def test_an_unknown_price_is_reckoned_on_the_safe_side(colour: Colour) -> None:
    """V-43, pain 31: 14 tokens at a dollar and 100 at five for a million."""
    transport = ScriptedTransport(DONE)
    for prices in (Unknown(), None):
        calling = pipeline(transport, prices) if prices else Pipeline(
            route("lines"), transport, HeaderAuth(lambda: None), PlainWire()
        )  # fmt: skip
        with pytest.raises(BudgetSpent, match=r"may cost \$0\.00051"):
            colour.run(calling.flow(ASKED, bound("0.000513")), transport)


def test_what_failed_attempts_have_cost_counts(colour: Colour) -> None:
    """Pain 28: all attempts of a call are one call."""
    transport = ScriptedTransport(*[DONE] * 9)
    calling = pipeline(transport, wire=PlainWire(DearFailure))
    with pytest.raises(BudgetSpent, match=r"may cost \$114\.00 after the \$20\.00 that it has cost") as caught:
        colour.run(calling.flow(ASKED, bound("130", retries=5)), transport)
    assert len(transport.calls) == 2
    assert caught.value.hint == "Allow it more, or a shorter answer: max_tokens=96 or less."


def test_an_attempt_that_cost_nothing_is_made_again(colour: Colour) -> None:
    transport = ScriptedTransport(BUSY, BUSY, DONE)
    _, told = colour.run(pipeline(transport).flow(ASKED, bound("114", retries=2)), transport)
    assert told.timings.attempts == 3


@pytest.mark.parametrize(("given", "most"), [("$0.05", "0.05"), (0.1, "0.1"), (Decimal(2), "2"), (0, "0")])
def test_it_is_given_as_dollars(given: Any, most: str) -> None:
    assert settings({"max_cost": given}, Settings()).max_cost == Decimal(most)


@pytest.mark.parametrize("given", ["cheap", -1, "nan", "inf", True, [1]])
def test_what_is_no_amount_is_refused(given: Any) -> None:
    with pytest.raises(ConfigError, match="max_cost: expected an amount of dollars"):
        settings({"max_cost": given}, Settings())


def test_none_takes_the_bound_of_the_client_away() -> None:
    usual = Settings(max_cost=Decimal(1))
    assert settings({}, usual).max_cost == 1
    assert settings({"retries": 1}, usual).max_cost == 1
    assert settings({"max_cost": None}, usual).max_cost is None


PRICES = """
[[model]]
id = "sim/{}"
max_tokens = 1000
[[model.price]]
input = 1000
output = 1000
"""


def environ(folder: Path) -> dict[str, str]:
    (folder / "models.toml").write_text("".join(map(PRICES.format, ("echo", "tools", "embed"))))
    return {"HAMR_STATE_DIR": str(folder), "HAMR_CONFIG_DIR": str(folder)}


def test_a_cheaper_candidate_is_asked_where_one_is_too_dear(colour: Colour, tmp_path: Path) -> None:
    """Inventory C-61."""
    from hamr import Hamr

    with Hamr(environ=environ(tmp_path)) as client:
        told = colour.call(client, "hi", ["sim/echo", "sim/structured"], max_cost="0.5")
        assert told.model == "sim-structured"
        with pytest.raises(BudgetSpent):
            colour.call(client, "hi", "sim/echo", max_cost="0.5")
        assert colour.call(client, "hi", "sim/echo", max_cost="0.5", max_tokens=100).text
        with pytest.raises(BudgetSpent, match="max_cost"):
            colour.embed(client, ["one two three"] * 4, "sim/embed", max_cost="0.0001")


def test_all_calls_of_a_run_are_bounded_together(colour: Colour, tmp_path: Path) -> None:
    from hamr import Hamr

    def weather(city: str) -> str:
        """The weather."""
        return "sunny " * 100

    with Hamr(environ=environ(tmp_path)) as client:

        def ask(**options: Any) -> Run:
            asked: Any = {"tools": [weather], "max_tokens": 50, **options}
            if colour.name == "sync":
                return client.run("weather in Rome", "sim/tools", **asked)
            return asyncio.run(client.arun("weather in Rome", "sim/tools", **asked))

        assert len(ask(max_cost=1).responses) > 1
        with pytest.raises(BudgetSpent) as caught:
            ask(max_cost="0.1")
    assert caught.value.run is not None
    assert len(caught.value.run.responses) == 1
