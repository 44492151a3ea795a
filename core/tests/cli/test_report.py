"""What `-v` tells after a call."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from hamr.cli import report
from hamr.types import Adaptation, Cost, Message, Response, Text, Timings, Usage

RESPONSE = Response(
    message=Message("assistant", (Text("Hi"),)),
    finish_reason="stop",
    provider="acme",
    model="m-1",
    usage=Usage(input=3, cache_read=1, output=2, reasoning=4, estimated=True),
    cost=Cost(Decimal("0.000123")),
    request_id="r-1",
    adaptations=(Adaptation("dropped", "seed", "the provider has none"),),
    timings=Timings(0.25, 1.5, 2),
)


def test_the_outcome_is_told_line_by_line(capsys: pytest.CaptureFixture[str]) -> None:
    report.outcome(RESPONSE)
    assert capsys.readouterr().err.splitlines() == [
        "adaptation: dropped seed: the provider has none",
        "request id: r-1",
        "served by: m-1",
        "usage: 4 in (1 cached), 6 out (4 thinking), 10 in all, estimated",
        "cost: $0.000123",
        "time: 0.25 s to the first content, 1.50 s in all, 2 attempts",
    ]


def test_what_is_not_known_is_said_to_be_so(capsys: pytest.CaptureFixture[str]) -> None:
    report.outcome(replace(RESPONSE, usage=None, cost=Cost(), timings=Timings()))
    told = capsys.readouterr().err
    assert "usage: not told\n" in told
    assert "cost: unknown (no price is known for this model)\n" in told
    assert "time: 1 attempt\n" in told


@pytest.mark.parametrize("reason", ["stop", "tool_calls", "unknown", "refusal", None])
def test_an_ordinary_ending_needs_no_note(capsys: pytest.CaptureFixture[str], reason: None) -> None:
    report.ending(replace(RESPONSE, finish_reason=reason))
    assert capsys.readouterr().err == ""
