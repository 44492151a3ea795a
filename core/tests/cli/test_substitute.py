"""`--substitute`: another model in the place of one that is gone (R-111)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hamr_testkit.scripted import HI, Answer, ScriptedTransport

GONE = Answer((b'{"error": {"message": "no such model", "code": "model_not_found"}}',), 404)


def listed(*ids: str) -> Answer:
    return Answer((json.dumps({"data": [{"id": id} for id in ids]}).encode(),))


def test_explain_tells_what_takes_its_place(
    hamr: Any, scripted: ScriptedTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HAMR_EXTENSIONS", "scripted")
    scripted.play(GONE, listed("other"), HI)
    assert hamr("explain", "-m", "local/gone", "--json").json["if_gone"] == {"value": None, "origin": None}
    told = hamr("explain", "-m", "local/gone", "--substitute", "--json").json["if_gone"]
    assert told == {"value": "the best-rated of its provider's list takes its place", "origin": "substitute"}
    ran = hamr("-v", "-m", "local/gone", "--substitute", "hi")
    assert "local/other has taken its place" in ran.err
    assert "it was: local/other takes its place" in hamr("explain", "-m", "local/gone", "--substitute").out
