"""What a budget costs a call: holding the most that it may cost, and writing what it did cost, in a SQLite file."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from statistics import median

from bench.figure import Bound, Figure, Row
from bench.lab import Lab

KEPT = 10_000
"""Calls that are in the book before."""
TIMES = 500
RESERVED = Row("a reservation in four budgets", "µs", "", "", bound=Bound.anywhere(300.0))
SETTLED = Row("a call settled in four budgets", "µs", "", "", bound=Bound.anywhere(300.0))


def measure(lab: Lab) -> Iterator[Figure]:
    """In this process, which nobody else disturbs: the medians by the clock, for the time is that of the disk too."""
    from hamr.spend.budget import Budget, scopes
    from hamr.spend.ledger import Account, Ledger
    from hamr.spend.reckoning import Sum
    from hamr.types import Usage

    named = scopes("web", ("nightly",), "k1", "openai")
    account = Account("web", ("nightly",), "k1", "openai", "gpt-4o", named)
    budgets = [Budget(scope, Decimal(10**6)) for scope in named[:4]]
    sum_ = Sum(Usage(input=1000, output=100), 10**9, 10**9, "by the price list")
    with tempfile.TemporaryDirectory() as folder:
        book = Ledger(f"{folder}/spend.sqlite", time.time)
        for _ in range(KEPT):
            book.settle(None, account, sum_)
        numbers: list[int] = []
        reserving = [
            _timed(lambda: numbers.append(_number(book.reserve(account, sum_, budgets)))) for _ in range(TIMES)
        ]
        settling = [_timed(lambda each=number: book.settle(each, account, sum_)) for number in numbers]  # type: ignore[misc]  # a default binds it
        book.database.close()
    yield Figure(RESERVED, median(reserving) * 1e6)
    yield Figure(SETTLED, median(settling) * 1e6)


def _number(answer: object) -> int:
    assert isinstance(answer, int), "there is room for all of them"
    return answer


def _timed(do: Callable[[], object]) -> float:
    begun = time.perf_counter()
    do()
    return time.perf_counter() - begun
