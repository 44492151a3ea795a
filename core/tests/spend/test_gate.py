"""Budgets and the book on a call, in both colours."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from hamr.admission import Admission, Given
from hamr.auth.header import HeaderAuth
from hamr.calls.pipeline import Pipeline
from hamr.errors import BrokenReply, BudgetSpent, CallError, ConfigError, HamrError, NoAnswer
from hamr.spend.spending import FILE
from hamr.streams import AsyncStream, Stream
from hamr.types import (
    Call,
    Cost,
    Event,
    Failed,
    Finished,
    Head,
    Message,
    Request,
    Route,
    Settings,
    Text,
    TextEnd,
    Usage,
    UsageUpdated,
)
from hamr.types.usage import BUCKETS
from hamr_testkit.clock import Clock
from hamr_testkit.colours import Colour
from hamr_testkit.plain_wire import PlainDecoder, PlainWire
from hamr_testkit.routes import route
from hamr_testkit.scripted import Answer, ScriptedTransport

ASKED = Request((Message("user", (Text("h" * 40),)),), max_tokens=100, stream=True)
"""14 tokens go in by the estimate, and 100 may come out: 114 dollars, for a token costs one."""
QUICK = Settings(retries=0)
DONE = Answer((b"12345678",))


class BrokenDecoder(PlainDecoder):
    def finish(self) -> Sequence[Event]:
        return [Failed(BrokenReply("ended early"))]


class DollarAToken:
    """Prices that are easily added up."""

    def __call__(self, usage: Usage, served: str, tier: str | None, day: str) -> Cost:
        return Cost(Decimal(usage.total), "by the price list")

    def longest(self) -> int | None:
        return None

    def window(self, served: str = "") -> int | None:
        return None


class Unknown(DollarAToken):
    def __call__(self, usage: Usage, served: str, tier: str | None, day: str) -> Cost:
        return Cost()


def pipeline(
    folder: Path, transport: ScriptedTransport, budgets: dict[str, Any], wire: PlainWire | None = None,
    prices: DollarAToken | None = None,
) -> Pipeline:  # fmt: skip
    charge: Any = prices or DollarAToken()
    asked = route("lines", key="sk-canary-0123456789abcdef")
    given = Given(project="web", tags=["nightly"], budgets=budgets)
    environ = {"HAMR_STATE_DIR": str(folder), "HAMR_CONFIG_DIR": str(folder / "none")}
    gates = Admission(environ, given).gates(asked, charge)
    return Pipeline(asked, transport, HeaderAuth(asked.secret), wire or PlainWire(), gates, charge=charge)


def book(folder: Path) -> list[tuple[Any, ...]]:
    """Dollars, tokens in and out, whether that is an estimate, and whether the call is under way."""
    database = sqlite3.connect(folder / FILE)
    query = f"SELECT usd / 1000000000000, {' + '.join(BUCKETS[:5])}, output, estimated, holder NOT NULL FROM calls"
    found = database.execute(query).fetchall()
    database.close()
    return found


def test_a_call_that_a_budget_has_no_room_for_is_not_sent(colour: Colour, tmp_path: Path) -> None:
    """Pain 31."""
    transport = ScriptedTransport(DONE)
    calling = pipeline(tmp_path, transport, {"project:web": {"usd": 118, "per": "total"}})
    colour.run(calling.flow(ASKED, QUICK), transport)
    with pytest.raises(BudgetSpent) as caught:
        colour.run(calling.flow(ASKED, QUICK), transport)
    assert str(caught.value) == (
        "test/a-model: budget: the budget of $118 in all for project:web has no room: $5.00 is spent, and this call "
        "may cost $114.00\nAsk for a shorter answer (max_tokens), raise the budget (hamr budget set project:web ...)."
    )
    assert caught.value.action == "fix"
    assert len(transport.calls) == 1
    assert book(tmp_path) == [(5, 3, 2, 0, 0)]


def test_a_refusal_says_when_the_next_period_begins(colour: Colour, tmp_path: Path) -> None:
    transport = ScriptedTransport()
    calling = pipeline(tmp_path, transport, {"all": {"usd": 1, "per": "day"}})
    with pytest.raises(BudgetSpent, match=r"or wait until 20\d\d-\d\d-\d\d\."):
        colour.run(calling.flow(ASKED, QUICK), transport)


def test_the_narrowest_budget_counts(colour: Colour, tmp_path: Path) -> None:
    transport = ScriptedTransport()
    calling = pipeline(tmp_path, transport, {"all": 1000, "tag:nightly": 1, "tag:other": 0})
    with pytest.raises(BudgetSpent, match="tag:nightly"):
        colour.run(calling.flow(ASKED, QUICK), transport)


def test_a_call_waits_for_what_those_under_way_hold(colour: Colour, tmp_path: Path, clock: Clock) -> None:
    transport, other = ScriptedTransport(DONE), ScriptedTransport(DONE)
    held = Stream(pipeline(tmp_path, other, {"all": 150}).flow(ASKED, QUICK), other)
    next(held)
    assert book(tmp_path) == [(114, 14, 100, 1, 1)]
    clock.after(3, held.close)
    colour.run(pipeline(tmp_path, transport, {"all": 150}).flow(ASKED, QUICK), transport)
    assert 3 <= clock.passed <= 3.25


def test_without_a_budget_the_book_is_kept_all_the_same(colour: Colour, tmp_path: Path) -> None:
    transport = ScriptedTransport(DONE, DONE)
    calling = pipeline(tmp_path, transport, {})
    colour.run(calling.flow(ASKED, QUICK), transport)
    colour.run(calling.flow(ASKED, QUICK), transport)
    assert book(tmp_path) == [(5, 3, 2, 0, 0)] * 2


@pytest.mark.parametrize("budgets", [{}, {"all": 1000}], ids=["kept", "budget"])
def test_a_stream_that_is_left_is_charged_with_what_had_come(tmp_path: Path, budgets: dict[str, Any]) -> None:
    """Pain 17."""
    transport = ScriptedTransport(DONE)
    with Stream(pipeline(tmp_path, transport, budgets).flow(ASKED, QUICK), transport) as stream:
        next(stream)
    assert book(tmp_path) == [(16, 14, 2, 1, 0)]


def test_a_task_that_is_cancelled_is_charged_with_what_had_come(tmp_path: Path) -> None:
    async def leave() -> None:
        transport = ScriptedTransport(DONE)
        async with AsyncStream(pipeline(tmp_path, transport, {"all": 1000}).flow(ASKED, QUICK), transport) as stream:
            await anext(stream)
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(leave())
    assert book(tmp_path) == [(16, 14, 2, 1, 0)]


@pytest.mark.parametrize("failure", [Answer(status=503), NoAnswer("refused")], ids=["refused", "no answer"])
def test_a_call_that_failed_without_an_answer_is_not_in_the_book(
    colour: Colour, tmp_path: Path, failure: Answer | Exception
) -> None:
    transport = ScriptedTransport(failure)
    with pytest.raises(CallError):
        colour.run(pipeline(tmp_path, transport, {"all": 1000}).flow(ASKED, QUICK), transport)
    assert book(tmp_path) == []


def test_an_answer_that_breaks_off_is_charged_with_what_had_come(colour: Colour, tmp_path: Path) -> None:
    transport = ScriptedTransport(DONE)
    with pytest.raises(BrokenReply):
        colour.run(pipeline(tmp_path, transport, {"all": 1000}, PlainWire(BrokenDecoder)).flow(ASKED, QUICK), transport)
    assert book(tmp_path) == [(16, 14, 2, 1, 0)]


class BegunDecoder(BrokenDecoder):
    """Says at its beginning what went in, and nothing at the end, for it breaks off."""

    def feed(self, data: bytes) -> Sequence[Event]:
        return [UsageUpdated(Usage(input=3, output=1)), *super().feed(data)]


@pytest.mark.parametrize("budgets", [{"all": 1000}, {}])
def test_what_is_said_at_the_beginning_is_not_all_that_an_answer_cost_which_broke_off(
    colour: Colour, tmp_path: Path, budgets: dict[str, Any]
) -> None:
    transport = ScriptedTransport(Answer((b"x" * 400,)))
    with pytest.raises(BrokenReply) as caught:
        colour.run(pipeline(tmp_path, transport, budgets, PlainWire(BegunDecoder)).flow(ASKED, QUICK), transport)
    assert book(tmp_path) == [(103, 3, 100, 1, 0)]
    partial = caught.value.partial
    assert partial is not None
    assert partial.usage == Usage(input=3, output=100, estimated=True)
    assert partial.cost.usd == 103


def test_an_answer_whose_provider_counts_nothing_has_an_estimate(colour: Colour, tmp_path: Path) -> None:
    class Silent(PlainDecoder):
        def finish(self) -> Sequence[Event]:
            return [TextEnd(0), Finished("stop")]

    transport = ScriptedTransport(DONE)
    _, told = colour.run(pipeline(tmp_path, transport, {}, PlainWire(Silent)).flow(ASKED, QUICK), transport)
    assert told.usage == Usage(input=14, output=2, estimated=True)
    assert told.cost.usd == 16
    assert book(tmp_path) == [(16, 14, 2, 1, 0)]


def test_a_budget_takes_a_price_on_the_safe_side_where_none_is_known(colour: Colour, tmp_path: Path) -> None:
    """C-50, V-43, M-52: and in the book the price stays unknown (pain 40)."""
    transport = ScriptedTransport(DONE)
    calling = pipeline(tmp_path, transport, {"all": {"usd": "0.000514"}}, prices=Unknown())
    colour.run(calling.flow(ASKED, QUICK), transport)
    assert book(tmp_path) == [(None, 3, 2, 0, 0)]
    with pytest.raises(BudgetSpent, match=r"\$0\.000013 is spent"):
        colour.run(calling.flow(ASKED, QUICK), transport)


def test_where_the_book_cannot_be_written_a_budget_has_no_room_for_anything(colour: Colour, tmp_path: Path) -> None:
    """Pain 31: it fails closed."""
    (tmp_path / "file").touch()
    transport = ScriptedTransport()
    with pytest.raises(HamrError, match="whether a budget has room cannot be told"):
        colour.run(pipeline(tmp_path / "file", transport, {"all": 1000}).flow(ASKED, QUICK), transport)
    assert transport.calls == []


def test_where_there_is_no_budget_it_is_told_that_the_book_cannot_be_written(
    colour: Colour, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    transport = ScriptedTransport(DONE)
    colour.run(pipeline(tmp_path / "file", transport, {}).flow(ASKED, QUICK), transport)
    assert "what calls cost is not kept" in capsys.readouterr().err


def test_a_book_that_cannot_be_written_any_more_costs_no_answer(
    colour: Colour, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    transport = ScriptedTransport(DONE)
    calling = pipeline(tmp_path, transport, {"all": 1000})

    class Full(PlainWire):
        def error(self, head: Head) -> CallError:
            raise AssertionError(head)

        def encode(self, request: Request, route: Route) -> Call:
            return Call("http://test/ask")

    class Filling(PlainDecoder):
        def finish(self) -> Sequence[Event]:
            for file in tmp_path.glob(f"{FILE}*"):
                file.unlink()
            (tmp_path / FILE).mkdir()
            return super().finish()

    calling = pipeline(tmp_path, transport, {"all": 1000}, Full(Filling))
    _, response = colour.run(calling.flow(ASKED, QUICK), transport)
    assert response.text == "12345678"
    assert "what a call cost was not written" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("environ", "kept"),
    [
        ({}, False), ({"HAMR_SPEND": "1"}, True), ({"HAMR_PROJECT": "web"}, True), ({"HAMR_TAGS": "a,b"}, True),
        ({"HAMR_PROJECT": "web", "HAMR_SPEND": "0"}, False),
    ],
)  # fmt: skip
def test_when_the_book_is_kept(environ: dict[str, str], kept: bool, tmp_path: Path) -> None:
    charge: Any = DollarAToken()
    environ |= {"HAMR_CONFIG_DIR": str(tmp_path), "HAMR_STATE_DIR": str(tmp_path)}
    assert bool(Admission(environ).gates(route(), charge)) is kept
    (tmp_path / "spend.json").write_text('{"keep": true}')
    assert bool(Admission(environ).gates(route(), charge)) is (environ.get("HAMR_SPEND") != "0")
    (tmp_path / "spend.json").write_text('{"budgets": [{"scope": "all", "usd": "1"}]}')
    assert Admission(environ).gates(route(), charge), "a budget holds, whether the book is wanted or not"


def test_budgets_that_are_none_are_told_at_once() -> None:
    with pytest.raises(ConfigError, match="budgets: 'everything' is no budget"):
        Admission({}, Given(budgets={"everything": 1}))


RACE = """
import sys
from decimal import Decimal
from hamr.spend.budget import Budget, scopes
from hamr.spend.ledger import Account, Full
from hamr.spend.reckoning import Sum
from hamr.spend.spending import ledger
from hamr.storage.database import Busy
from hamr.types import Usage
import time
book = ledger({"HAMR_STATE_DIR": sys.argv[1]})
account = Account("", (), "-", "acme", "m", scopes("", (), "-", "acme"))
one = Sum(Usage(), 10**12, 10**12, "")
print("ready", flush=True)
sys.stdin.readline()
count = 0
while True:
    try:
        if isinstance(book.reserve(account, one, [Budget("all", Decimal(100))]), Full):
            break
        count += 1
    except Busy:
        time.sleep(0.001)
print(count)
"""


def test_eight_processes_never_spend_more_than_a_budget(tmp_path: Path) -> None:
    """Pain 31."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", RACE, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(8)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    assert sum(int(process.communicate("go\n", timeout=60)[0]) for process in processes) == 100
