"""`hamr spend` and `hamr budget`."""

from __future__ import annotations

import os
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

KEYED = """id = "keyed"
name = "Keyed"
base_url = "{}"
wire = "openai-completions"
auth = {{ style = "bearer", env = ["KEYED_KEY"] }}
"""
PRICES = '[[model]]\nid = "loop/m"\nmax_tokens = 1000\n[[model.price]]\ninput = 1000\noutput = 1000\n'
"""A tenth of a cent a token; the provider `loop` counts 5 tokens for an answer that does not stream."""
CANARY = "sk-canary-0123456789abcdef"


@pytest.fixture(autouse=True)
def prices(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "models.toml").write_text(PRICES)


@pytest.fixture
def call(server: Any, hamr: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Ask for the answer of five tokens, in the name of a project and under tags."""

    def ask(project: str = "", tags: str = "", model: str = "loop/m") -> Any:
        monkeypatch.setenv("HAMR_PROJECT", project)
        monkeypatch.setenv("HAMR_TAGS", tags)
        ran = hamr("-m", model, "--no-stream", "--max-tokens", "10", "hi")
        monkeypatch.delenv("HAMR_PROJECT")
        monkeypatch.delenv("HAMR_TAGS")
        return ran

    return ask


def rows(ran: Any) -> list[list[str]]:
    return [line.split() for line in ran.out.splitlines()[1:]]


def test_nothing_is_made_by_looking(hamr: Any) -> None:
    ran = hamr("spend")
    assert (ran.code, ran.out) == (0, "")
    assert "it is kept with `hamr spend --keep`" in ran.err
    assert not Path(os.environ["HAMR_STATE_DIR"]).exists()


def test_what_is_not_wanted_is_not_kept(hamr: Any, call: Any) -> None:
    call()
    assert hamr("spend", "--json").json["total"]["calls"] == 0
    assert hamr("spend", "--keep", "--json").json["kept"] is True
    call()
    assert hamr("spend", "--json").json["total"]["calls"] == 1
    assert "kept no longer" in hamr("spend", "--no-keep").err
    call()
    assert hamr("spend", "--json").json["total"]["calls"] == 1


def test_lines_by_model_and_their_total(hamr: Any, call: Any) -> None:
    call("web")
    call("web")
    call("web", model="loop/other")
    assert rows(hamr("spend")) == [
        ["loop/m", "2", "6", "4", "$0.010"],
        ["loop/other", "1", "3", "2", "unknown"],
        ["total", "3", "9", "6", "$0.010", "+", "1", "unknown"],
    ]
    told = hamr("spend", "--json").json["total"]
    assert (told["calls"], told["unpriced"], told["usd"], told["usage"]["total"]) == (3, 1, 0.01, 15)


def test_lines_by_project_tag_and_day(hamr: Any, call: Any) -> None:
    call("web", "a,b")
    call("web", "a")
    call("app")
    today = datetime.now(UTC).date().isoformat()
    assert [row[:2] for row in rows(hamr("spend", "--by", "project"))] == [["app", "1"], ["web", "2"], ["total", "3"]]
    tags = [["-", "1"], ["a", "2"], ["b", "1"], ["total", "3"]]
    assert [row[:2] for row in rows(hamr("spend", "--by", "tag"))] == tags
    assert rows(hamr("spend", "--by", "day", "--by", "project", "--tag", "b"))[0][:3] == [today, "web", "1"]


@pytest.mark.parametrize(
    ("only", "calls"),
    [(("--project", "web"), 2), (("--tag", "a"), 1), (("-p", "loop"), 3), (("-p", "sim"), 0), (("-m", "loop/m"), 3)],
)
def test_some_calls_alone(hamr: Any, call: Any, only: tuple[str, str], calls: int) -> None:
    call("web", "a")
    call("web")
    call("app")
    assert hamr("spend", "--json", *only).json["total"]["calls"] == calls


def test_days_are_those_of_utc_and_both_included(hamr: Any, call: Any) -> None:
    call("web")
    today = datetime.now(UTC).date()
    days = [(today + timedelta(days=days)).isoformat() for days in (-1, 0, 1)]
    yesterday, now, tomorrow = days
    for since, until, calls in ((now, now, 1), (yesterday, yesterday, 0), (tomorrow, tomorrow, 0), ("all", "all", 1)):
        told = hamr("spend", "--json", "--since", since, "--until", until).json
        assert told["total"]["calls"] == calls
    assert "'soon' is neither a day" in hamr("spend", "--since", "soon").err


def test_a_key_is_shown_by_its_end_and_may_have_a_budget(
    server: Any, install: Any, hamr: Any, call: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pain 36."""
    install("keyed", manifest=KEYED.format(server.url))
    monkeypatch.setenv("KEYED_KEY", CANARY)
    call("web", model="keyed/m")
    (row,) = rows(hamr("spend", "--by", "key"))
    assert row[1] == "…cdef"
    told = hamr("spend", "--by", "key", "--json").json["lines"][0]
    assert (told["key"], told["key_tail"]) == (row[0], "…cdef")
    assert told["key_origin"] == "the environment variable KEYED_KEY"
    assert hamr("budget", "set", "key:…cdef", "0.00001", "--json").json["budgets"][0]["scope"] == f"key:{row[0]}"
    refused = call(model="keyed/m")
    assert refused.code == 1
    assert f"the budget of $0.00001 a month for key:{row[0]} has no room" in refused.err
    assert "no keys in the book are beef" in hamr("budget", "set", "key:beef", "1").err


def test_a_budget_is_set_shown_and_removed(hamr: Any, call: Any) -> None:
    assert "there are no budgets" in hamr("budget").err
    call("web")
    hamr("budget", "set", "project:web", "$2", "--per", "total")
    ran = hamr("budget", "set", "all", "0.1")
    assert ran.out.splitlines()[0].split() == ["budget", "per", "of", "spent", "left", "begins", "anew"]
    assert [row[:5] for row in rows(ran)] == [
        ["project:web", "total", "$2.00", "$0.0050", "$2.00"],
        ["all", "month", "$0.10", "$0.0050", "$0.095"],
    ]
    assert [row[0] for row in rows(hamr("budget", "remove", "project:web"))] == ["all"]
    assert hamr("budget", "remove", "project:web").code == 2
    assert hamr("budget", "set", "everything", "1").code == 2


def test_a_call_beyond_a_budget_is_refused_and_exits_with_1(server: Any, hamr: Any, call: Any) -> None:
    hamr("budget", "set", "project:web", "0.02", "--per", "day")
    assert call("web").code == 0
    asked = len(server.asked)
    refused = call("web", "")
    for _ in range(3):
        refused = call("web")
    assert refused.code == 1
    assert "Error: loop/m: budget: the budget of $0.02 a day for project:web has no room" in refused.err
    assert call("other").code == 0
    assert len(server.asked) < asked + 5
    assert hamr("-m", "loop/m", "--json", "hi", "--max-tokens", "10").code == 0


def test_a_book_that_somebody_else_writes_is_waited_for_and_a_corrupt_one_told(hamr: Any, call: Any) -> None:
    call("web")
    path = Path(os.environ["HAMR_STATE_DIR"]) / "spend.sqlite"
    holding = sqlite3.connect(path, isolation_level=None)
    holding.execute("BEGIN IMMEDIATE")
    holding.execute("ROLLBACK")
    holding.close()
    path.write_bytes(b"nonsense" * 1_000)
    ran = hamr("spend")
    assert ran.code == 0
    assert "spend.sqlite is corrupt" in ran.err


def test_a_budget_for_a_provider_that_is_not_there_is_told_and_kept(hamr: Any) -> None:
    ran = hamr("budget", "set", "provider:simm", "1")
    assert ran.code == 0
    assert "Did you mean sim?" in ran.err
    assert "There is no provider 'simm' as yet. Did you mean sim?" in ran.err
    assert hamr("budget", "set", "provider:sim", "1").err == ""


def test_days_that_end_before_they_begin_are_refused(hamr: Any) -> None:
    ran = hamr("spend", "--since", "2026-11-02", "--until", "2026-11-01")
    assert (ran.code, ran.out) == (2, "")
    assert "2026-11-01 is before 2026-11-02" in ran.err
    assert hamr("spend", "--since", "2026-11-02", "--until", "2026-11-02").code == 0


def test_a_budget_that_is_not_there_is_told_with_its_time(hamr: Any) -> None:
    hamr("budget", "set", "all", "1")
    assert "there is no such budget: all a week" in hamr("budget", "remove", "all", "--per", "week").err
    assert "there is no such budget: all in all" in hamr("budget", "remove", "all", "--per", "total").err


def test_a_price_that_is_a_slip_spoils_no_book(hamr: Any, call: Any, tmp_path: Path) -> None:
    """A sum of such prices would not fit into 64 bits."""
    (tmp_path / "config" / "models.toml").write_text(PRICES.replace("put = 1000", "put = 1e15"))
    for _ in range(4):
        assert call("web").code == 0
    assert hamr("spend", "--json").json["total"]["usd"] == 4_000_000


def test_the_most_that_a_call_may_cost(server: Any, hamr: Any, tmp_path: Path) -> None:
    """N-191."""
    ran = hamr("-m", "loop/m", "--max-cost", "$0.50", "hi")
    assert ran.code == 1
    assert "this call may cost $1.00, more than its max_cost of $0.50" in ran.err
    assert "max_tokens=" in ran.err
    assert not server.asked
    assert hamr("-m", "loop/m", "--max-cost", "0.50", "--max-tokens", "100", "hi").code == 0
    odd = hamr("-m", "loop/m", "--max-cost", "cheap", "hi")
    assert odd.code == 2
    assert "max_cost: expected an amount of dollars\nGive what the call may cost" in odd.err
