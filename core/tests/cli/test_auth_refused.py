"""`hamr auth`: what is no key is not stored, and what is no record is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

CANARY = "sk-canary-0123456789-wxyz"
ACME = """id = "acme"
name = "Acme"
base_url = "https://api.acme.example/v1"
wire = "openai-completions"
auth = { style = "bearer", env = ["ACME_KEY"] }
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "agent" / "auth.json"


@pytest.fixture(autouse=True)
def acme(install: Any) -> None:
    install("acme", manifest=ACME)


@pytest.mark.parametrize(
    ("key", "told"),
    [
        (f'"{CANARY}"', "stands in quotes"),
        (f"'{CANARY}'", "stands in quotes"),
        ("canary" * 20_000, "120,000 characters"),
    ],
)
def test_what_is_no_key_is_not_stored(hamr: Any, path: Path, key: str, told: str) -> None:
    ran = hamr("auth", "add", "acme", "--stdin", stdin=key.encode())
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err
    assert "canary" not in ran.err
    assert not path.exists()


def test_a_record_that_cannot_be_read_is_told(hamr: Any, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"acme": [CANARY], "elsewhere": {"type": "of another program"}}))
    for arguments in ([], ["--json"]):
        ran = hamr("auth", *arguments)
        assert ran.code == 0
        assert f"warning: {path}: acme must be a table\n" in ran.err
        assert "canary" not in ran.out + ran.err
        assert "elsewhere" not in ran.err
