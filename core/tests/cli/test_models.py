"""`hamr models`: what the providers say they have."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

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
    assert heads.split() == ["model", "context", "answer", "reads", "can"]
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


def test_json_is_of_its_schema(hamr: Any) -> None:
    schema = json.loads((Path(__file__).parents[3] / "docs" / "schemas" / "models.json").read_text(encoding="utf-8"))
    jsonschema.validate(hamr("models", "--json").json, schema)
