"""Spending as programs see it, against the simulator, whose tokens are given a price."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from hamr import BudgetSpent, Hamr
from hamr_testkit.colours import Colour

PRICES = """
[[model]]
id = "sim/echo"
max_tokens = 1000
[[model.price]]
input = 1000
output = 1000

[[model]]
id = "sim/embed"
[[model.price]]
input = 1000
"""


def environ(folder: Path, **more: str) -> dict[str, str]:
    (folder / "models.toml").write_text(PRICES)
    return {"HAMR_STATE_DIR": str(folder), "HAMR_CONFIG_DIR": str(folder), **more}


def test_a_budget_holds_the_longest_answer_of_the_model(colour: Colour, tmp_path: Path) -> None:
    with Hamr(environ=environ(tmp_path), budgets={"all": "1.01"}) as client:
        first = colour.call(client, "one", "sim/echo")
        assert first.cost.usd
        assert first.cost.usd < 1
        with pytest.raises(BudgetSpent, match=r"1\.01 a month for all"):
            colour.call(client, "two " * 20, "sim/echo")
        assert colour.call(client, "three", "sim/echo", max_tokens=10).text


def test_budgets_hold_for_all_clients_together(colour: Colour, tmp_path: Path) -> None:
    variables = environ(tmp_path, HAMR_PROJECT="web")
    with Hamr(environ=variables) as keeping, Hamr(environ=variables, budgets={"project:web": "0.02"}) as bounded:
        for _ in range(6):
            colour.call(keeping, "a b c d e", "sim/echo")
        with pytest.raises(BudgetSpent):
            colour.call(bounded, "hi", "sim/echo", max_tokens=1)
    with Hamr(environ=environ(tmp_path), budgets={"project:web": "0.02"}, project="other") as other:
        assert colour.call(other, "hi", "sim/echo", max_tokens=1).text


def test_an_embedding_has_its_cost_and_its_budget(colour: Colour, tmp_path: Path) -> None:
    with Hamr(environ=environ(tmp_path), budgets={"provider:sim": "0.003"}) as client:
        assert colour.embed(client, "one two", "sim/embed").cost.usd
        with pytest.raises(BudgetSpent):
            colour.embed(client, "one two " * 10, "sim/embed")


def test_where_nothing_is_kept_nothing_of_it_is_imported(tmp_path: Path) -> None:
    code = f"""
import hamr, sys
client = hamr.Hamr(environ={{"HAMR_STATE_DIR": {str(tmp_path)!r}, "HAMR_CONFIG_DIR": {str(tmp_path)!r}}})
client.call("hi", "sim/echo")
print([name for name in sys.modules if "sqlite3" in name or name.startswith(("hamr.spend", "hamr.catalog"))])
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_a_program_that_closes_nothing_ends_quietly(tmp_path: Path) -> None:
    """Pain 33."""
    code = f"""
import hamr
print(hamr.Hamr(environ={environ(tmp_path)!r}, budgets={{"all": 5}}).call("hi", "sim/echo").text)
"""
    ran = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    assert (ran.stdout, ran.stderr) == ("[sim] hi\n", "")
