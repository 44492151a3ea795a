"""Budgets and money by themselves."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hamr.errors import ConfigError
from hamr.spend.budget import Budget, budget, end, scopes, start
from hamr.spend.choices import Choices
from hamr.spend.money import dollars, told, whole


@pytest.mark.parametrize(
    ("per", "begins", "ends"),
    [
        ("day", "2026-11-26", "2026-11-27"),
        ("week", "2026-11-23", "2026-11-30"),
        ("month", "2026-11-01", "2026-12-01"),
        ("total", "", None),
    ],
)
def test_periods(per: str, begins: str, ends: str | None) -> None:
    assert (start(per, date(2026, 11, 26)), end(per, date(2026, 11, 26))) == (begins, ends)


def test_the_last_day_of_a_period_is_in_it() -> None:
    assert end("month", date(2026, 12, 31)) == "2027-01-01"
    assert end("week", date(2026, 11, 29)) == "2026-11-30"


@settings(deadline=None)
@given(st.decimals(0, 1_000_000, places=12))
def test_money_is_kept_exactly(usd: Decimal) -> None:
    assert dollars(whole(usd)) == usd


@pytest.mark.parametrize(
    ("usd", "shown"),
    [("0", "$0.00"), ("0.5", "$0.50"), ("12", "$12.00"), ("1234.567", "$1,234.57"), ("0.00001234", "$0.000012")],
)
def test_small_sums_are_shown_to_their_second_digit(usd: str, shown: str) -> None:
    assert told(Decimal(usd)) == shown


def test_what_a_call_counts_for() -> None:
    assert scopes("web", ("a", "b"), "3f", "groq") == (
        "all", "project:web", "tag:a", "tag:b", "key:3f", "provider:groq",
    )  # fmt: skip
    assert scopes("", (), "-", "groq") == ("all", "key:-", "provider:groq")


def test_a_budget_is_dollars_or_a_table() -> None:
    assert budget("all", 5, "here") == Budget("all", Decimal(5))
    assert budget("tag:x", {"usd": "0.50", "per": "day"}, "here") == Budget("tag:x", Decimal("0.50"), "day")
    assert Budget("tag:x", Decimal("0.50"), "day").words == "$0.50 a day for tag:x"


@pytest.mark.parametrize(
    ("scope", "value"),
    [("al", 1), ("project:", 1), ("model:x", 1), ("all", -1), ("all", "much"), ("all", True), ("all", "nan"),
     ("all", {"usd": 1, "per": "hour"}), ("all", {"dollars": 1}), ("all", None)],
)  # fmt: skip
def test_a_budget_that_is_none_is_told_with_its_place(scope: str, value: Any) -> None:
    with pytest.raises(ConfigError, match=rf"here: '{scope}'"):
        budget(scope, value, "here")


def test_choices_are_kept_whole(tmp_path: Path) -> None:
    environ = {"HAMR_CONFIG_DIR": str(tmp_path)}
    assert Choices.read(environ) == Choices()
    day, month = Budget("all", Decimal("1.50"), "day"), Budget("all", Decimal(20))
    Choices(keep=True).with_(day).with_(month).with_(Budget("all", Decimal(30))).write(environ)
    assert Choices.read(environ) == Choices(True, (day, Budget("all", Decimal(30))))
    assert Choices.read(environ).without("all", "day").budgets == (Budget("all", Decimal(30)),)
    assert Choices.read(environ).without("all").budgets == ()


@pytest.mark.parametrize("text", ['{"keep": 1}', '{"budget": []}', '{"budgets": [{"usd": 1}]}', "[]", "{"])
def test_a_file_awry_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "spend.json").write_text(text)
    with pytest.raises(ConfigError, match=r"spend\.json"):
        Choices.read({"HAMR_CONFIG_DIR": str(tmp_path)})


@pytest.mark.parametrize(
    ("scope", "meant"),
    [
        ("projct:web", "Did you mean project:web? "),
        ("Tag:x", "Did you mean tag:x? "),
        ("al", "Did you mean all? "),
        ("project", "Did you mean project:NAME? "),
        ("everything", "A budget is for"),
    ],
)
def test_a_scope_that_is_nearly_one_is_guessed(scope: str, meant: str) -> None:
    with pytest.raises(ConfigError) as caught:
        budget(scope, 1, "here")
    assert caught.value.hint.startswith(meant)
