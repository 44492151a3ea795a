from __future__ import annotations

import pytest

from hamr.wires.web_page import is_page, page_title


@pytest.mark.parametrize("text", ["<!DOCTYPE html><p>", "\n <html>", "<?xml version='1.0'?>", "<!-- x --><body>"])
def test_a_page_is_known_by_how_it_begins(text: str) -> None:
    assert is_page(text)


def test_a_page_is_known_by_its_type() -> None:
    assert is_page("Bad gateway", "text/html; charset=utf-8")
    assert not is_page('{"a": "<html>"}', "application/json")
    assert not is_page("<think>")


def test_a_page_is_told_by_its_title_or_its_first_words() -> None:
    assert page_title("<html><head><title>\n 502 Bad\tGateway </title>") == "502 Bad Gateway"
    assert page_title("<style>p {}</style><h1>Sign in</h1><script>x()</script><p>please</p>") == "Sign in please"
    assert page_title("<p></p>") == "no title"
    assert len(page_title("<p>" + "word " * 1000)) <= 200
