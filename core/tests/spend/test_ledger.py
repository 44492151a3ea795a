"""The book of calls, and what of a budget is left by it."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from hamr.spend.budget import Budget, scopes
from hamr.spend.ledger import Account, Full, Ledger
from hamr.spend.money import whole
from hamr.spend.reckoning import Sum
from hamr.types import Secret, Usage

DAY = 86_400
CANARY = "sk-canary-0123456789abcdef"
WEB = Account("web", ("nightly", "x"), "k1", "acme", "m", scopes("web", ("nightly", "x"), "k1", "acme"))
OTHER = Account("", (), "k2", "other", "m", scopes("", (), "k2", "other"))
ALL = Budget("all", Decimal(10))


class Clock:
    def __init__(self) -> None:
        self.now = 1_795_694_400.0  # a Thursday, 2026-11-26, at noon

    def __call__(self) -> float:
        return self.now


def costing(usd: float) -> Sum:
    parts = whole(Decimal(str(usd)))
    return Sum(Usage(input=10, output=5), parts, parts, "by the price list")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "spend.sqlite"


@pytest.fixture
def ledger(path: Path, clock: Clock) -> Iterator[Ledger]:
    made = Ledger(str(path), clock)
    yield made
    made.database.close()


def test_what_is_reserved_counts_and_what_it_came_to_takes_its_place(ledger: Ledger) -> None:
    """Pain 31."""
    number = ledger.reserve(WEB, costing(9), [ALL])
    assert isinstance(number, int)
    assert ledger.reserve(WEB, costing(2), [ALL]) == Full(ALL, 0, whole(Decimal(9)))
    ledger.settle(number, WEB, costing(3))
    assert ledger.spent(ALL) == whole(Decimal(3))
    assert isinstance(ledger.reserve(WEB, costing(7), [ALL]), int)
    assert isinstance(ledger.reserve(WEB, costing(0.01), [ALL]), Full)


def test_what_came_to_nothing_is_taken_out_of_the_book(ledger: Ledger) -> None:
    number = ledger.reserve(WEB, costing(9), [ALL])
    assert isinstance(number, int)
    ledger.settle(number, WEB, None)
    assert ledger.spent(ALL) == 0
    assert ledger.database.write(lambda db: db.execute("SELECT COUNT(*) FROM calls").fetchone()[0]) == 0


@pytest.mark.parametrize("scope", ["all", "project:web", "tag:nightly", "tag:x", "key:k1", "provider:acme"])
def test_a_call_counts_for_all_that_it_is_charged_to(ledger: Ledger, scope: str) -> None:
    ledger.settle(None, WEB, costing(3))
    budget = Budget(scope, Decimal(10), "day")
    assert ledger.spent(budget) == whole(Decimal(3)), "a budget that is set later knows what was spent before"
    ledger.settle(None, WEB, costing(4))
    ledger.settle(None, OTHER, costing(1))
    assert ledger.spent(budget) == whole(Decimal(8 if scope == "all" else 7))


@pytest.mark.parametrize(("per", "days"), [("day", 1), ("week", 4), ("month", 5)])
def test_a_period_begins_anew(ledger: Ledger, clock: Clock, per: str, days: int) -> None:
    budget = replace(ALL, per=per)
    ledger.settle(None, WEB, costing(9))
    clock.now += (days - 1) * DAY
    assert ledger.spent(budget) == whole(Decimal(9))
    clock.now += DAY
    assert ledger.spent(budget) == 0
    assert ledger.spent(replace(ALL, per="total")) == whole(Decimal(9))


def test_a_call_over_midnight_is_taken_from_the_day_that_it_was_held_for(ledger: Ledger, clock: Clock) -> None:
    day = replace(ALL, per="day")
    number = ledger.reserve(WEB, costing(9), [day])
    assert isinstance(number, int)
    clock.now += DAY
    ledger.settle(number, WEB, costing(1))
    assert ledger.spent(day) == whole(Decimal(1))
    clock.now -= DAY
    assert ledger.spent(day) == 0


def test_what_a_dead_process_held_stays_spent(ledger: Ledger, path: Path, clock: Clock) -> None:
    child = os.fork()
    if child == 0:
        Ledger(str(path), clock).reserve(WEB, costing(9), [ALL])
        os._exit(0)  # as if it had been killed
    os.waitpid(child, 0)
    assert ledger.reserve(WEB, costing(2), [ALL]) == Full(ALL, whole(Decimal(9)), 0)
    row = ledger.database.write(lambda db: db.execute("SELECT holder, reason FROM calls").fetchone())
    assert row == (None, "its process died before it had ended")


def test_what_could_not_be_written_is_written_with_the_next_transaction(ledger: Ledger, path: Path) -> None:
    number = ledger.reserve(WEB, costing(9), [ALL])
    assert isinstance(number, int)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    ledger.settle_later(number, WEB, costing(1))
    other.execute("ROLLBACK")
    other.close()
    assert ledger.spent(ALL) == whole(Decimal(1))


def test_a_call_of_a_book_that_was_begun_anew_is_in_the_new_one(ledger: Ledger, path: Path) -> None:
    number = ledger.reserve(WEB, costing(9), [ALL])
    assert isinstance(number, int)
    for file in path.parent.glob("spend.sqlite*"):
        file.unlink()
    ledger.settle(number, WEB, costing(1))
    assert ledger.spent(ALL) == whole(Decimal(1))


def test_of_a_key_there_is_a_hash_and_its_end(ledger: Ledger, path: Path) -> None:
    """Pain 36."""
    secret = Secret(CANARY, "the environment variable ACME_KEY")
    id = ledger.key_id(secret)
    assert ledger.key_id(secret) == id != ledger.key_id(Secret(CANARY[:-1], "elsewhere"))
    assert ledger.key_id(None) == "-"
    rows = ledger.database.write(lambda db: db.execute("SELECT * FROM keys WHERE id = ?", (id,)).fetchall())
    assert rows == [(id, "…cdef", "the environment variable ACME_KEY")]
    kept = b"".join(file.read_bytes() for file in path.parent.rglob("*") if file.is_file())
    assert CANARY[:-5].encode() not in kept


def test_the_book_is_for_nobody_else(ledger: Ledger, path: Path) -> None:
    ledger.settle(None, WEB, costing(3))
    files = list(path.parent.glob("spend.sqlite*"))
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
