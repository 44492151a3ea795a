"""`hamr models`: what the providers say they have."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

LISTED = """
[[model]]
id = "sim/echo"
context_window = 1234
source = "my contract"
[[model.price]]
input = 0.05
output = 12
[[model.price.tier]]
above = 100
input = 1
output = 24
"""
LOCKED = """id = "locked"
name = "Locked"
base_url = "http://127.0.0.1:9/v1"
wire = "openai-completions"
auth = { style = "bearer", env = ["LOCKED_KEY"] }
"""


@pytest.fixture(autouse=True)
def closed(install: Any) -> None:
    """A provider at which nobody listens, and one whose key is missing."""
    install("closed")
    install("locked", manifest=LOCKED)


def test_one_provider(hamr: Any) -> None:
    ran = hamr("models", "-p", "sim")
    assert (ran.code, ran.err) == (0, "")
    heads, *rows = ran.out.splitlines()
    assert heads.split() == ["model", "context", "answer", "reads", "can", "price"]
    assert "sim/echo" in {row.split()[0] for row in rows}


def test_all_words_must_stand_in_the_name(hamr: Any) -> None:
    rows = hamr("models", "-p", "sim", "SIM", "ech").out.splitlines()[1:]
    assert [row.split()[0] for row in rows] == ["sim/echo"]


def test_those_that_cannot_be_asked_are_told_on_standard_error(hamr: Any) -> None:
    ran = hamr("models", "sim/echo")
    assert ran.code == 0
    assert "sim/echo" in ran.out
    assert "not listed: closed: " in ran.err
    assert "locked" in ran.err.splitlines()[-1]
    assert ran.err.splitlines()[-1].startswith("not asked, for want of a key: ")


def test_a_name_that_nobody_has(hamr: Any) -> None:
    ran = hamr("models", "-p", "sim", "ecco")
    assert (ran.code, ran.out) == (0, "")
    assert "has 'ecco' in its name\nDid you mean sim/echo?" in ran.err


@pytest.mark.parametrize(("provider", "code"), [("closed", 1), ("locked", 2), ("nobody", 2)])
def test_one_that_cannot_be_asked_is_an_error(hamr: Any, provider: str, code: int) -> None:
    ran = hamr("models", "-p", provider)
    assert (ran.code, ran.out) == (code, "")
    assert ran.err.startswith("Error: ")


def test_json_for_programs(hamr: Any) -> None:
    told = hamr("models", "--json", "sim/echo").json
    (model,) = told["models"]
    assert (model["selector"], model["provider"], model["id"]) == ("sim/echo", "sim", "echo")
    assert told["failures"]["closed"]["type"] == "NoAnswer"


def test_what_a_provider_does_not_say_is_taken_from_its_price_list(hamr: Any, tmp_path: Path) -> None:
    """H-120, M-54."""
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "models.toml").write_text(LISTED)
    (echo,) = hamr("models", "-p", "sim", "echo").out.splitlines()[1:]
    assert echo.split("  ")[0] == "sim/echo"
    assert "1,234" in echo
    assert echo.endswith("$0.05 / $12 and more")
    (slow,) = hamr("models", "-p", "sim", "slow").out.splitlines()[1:]
    assert slow.endswith("free")
    told = hamr("models", "-p", "sim", "--json", "echo").json["models"][0]
    assert told["context_window"] is None, "it is not the provider that says so"
    assert (told["listed"]["context_window"], told["listed"]["source"]) == (1234, "my contract")
    assert told["listed"]["price"] == {"input": 0.05, "output": 12, "tier": [{"above": 100, "input": 1, "output": 24}]}
    assert hamr("models", "-p", "sim", "--json", "slow").json["models"][0]["listed"] is None


def test_a_price_list_awry_is_told_and_the_table_is_there(hamr: Any, tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "models.toml").write_text('[[model]]\nid = "sim/echo"\ncontext = 5\n')
    ran = hamr("models", "-p", "sim")
    assert ran.code == 0
    assert "sim/echo" in ran.out
    assert ran.err.count("not read: ") == 1
    assert "unknown field (did you mean context_window?)" in ran.err


def test_json_is_of_its_schema(hamr: Any, tmp_path: Path) -> None:
    schema = json.loads((Path(__file__).parents[3] / "docs" / "schemas" / "models.json").read_text(encoding="utf-8"))
    jsonschema.validate(hamr("models", "--json").json, schema)
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "models.toml").write_text(LISTED)
    jsonschema.validate(hamr("models", "--json").json, schema)


def test_what_the_users_files_suppress_is_told(hamr: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """N-125."""
    file = tmp_path / "providers.toml"
    file.write_text('[suppress]\nroutes = ["sim:echo", "groq:old"]\n')
    monkeypatch.setenv("HAMR_PROVIDERS_CONFIG", str(file))
    ran = hamr("models", "-p", "sim")
    assert f"suppressed in {file}: sim/echo\n" in ran.err
    assert not [line for line in ran.out.splitlines() if line.split()[:1] == ["sim/echo"]]
