"""What is taken out of errors: a key however a server writes it (M-23)."""

from __future__ import annotations

import base64

import pytest

from hamr.secrets.redact import clean
from hamr.types import Secret

KEY = "sk-canary_0123456789+wxyz/~~"
SECRET = Secret(KEY, "here")


@pytest.mark.parametrize("before", ["", "B", "Be", "Bearer ", "user:"])
@pytest.mark.parametrize("after", ["", "\n", " and more of it"])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_base64_of_it_amid_other_text_is_taken_out(before: str, after: str, encode: object) -> None:
    assert callable(encode)
    echoed = encode(f"{before}{KEY}{after}".encode()).decode()
    cleaned = clean(f"not let in: {echoed}.", SECRET)
    assert "***" in cleaned
    left = cleaned.removeprefix("not let in: ").removesuffix(".").replace("***", "").rstrip("=")
    beside = len(f"{before}{after}") * 8 / 6
    assert len(left) <= beside + 3, "at most a character at each end shares bits with the key"


@pytest.mark.parametrize("form", [KEY, KEY[::-1], KEY.encode().hex(), KEY.encode().hex().upper()])
def test_other_forms_of_it_are_taken_out(form: str) -> None:
    assert clean(f"'{form}' is wrong", SECRET) == "'***' is wrong"


def test_what_is_not_the_key_stays() -> None:
    text = "ordinary words, bGVmdCBhcyBpdCBpcw==, and 7363"
    assert clean(text, SECRET) == text
    assert clean("yek a yek", Secret("a key", "")) == "yek a yek", "a placeholder is part of ordinary words"
