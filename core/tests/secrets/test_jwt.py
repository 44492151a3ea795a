"""What a token says of itself."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from hamr.secrets import jwt


def made(claims: Any) -> str:
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"e30.{body}.c2ln"


def test_its_claims() -> None:
    token = made({"exp": 5, "who": {"id": "u-1"}, "é": "ü"})
    assert jwt.claims(token)["é"] == "ü"
    assert jwt.expiry(token) == 5.0
    assert jwt.claim(token, ("who", "id")) == "u-1"
    assert jwt.claim(token, ("who", "no")) is None
    assert jwt.claim(token, ("exp", "id")) is None


@pytest.mark.parametrize(
    "token", [None, "", "opaque", "a.b", "a.!.c", "a.bm90IGpzb24.c", made([1]), made({"exp": "5"})]
)
def test_what_says_nothing_is_no_error(token: str | None) -> None:
    assert jwt.expiry(token) is None
    assert jwt.claim(token, ("a",)) is None
