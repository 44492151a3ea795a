from __future__ import annotations

import pytest

from hamr.wires.openai_url import chat_url


@pytest.mark.parametrize(
    ("base_url", "url"),
    [
        ("https://api.test/v1", "https://api.test/v1/chat/completions"),
        ("https://api.test/v1/", "https://api.test/v1/chat/completions"),
        ("https://api.test/v1//", "https://api.test/v1/chat/completions"),
        ("https://api.test", "https://api.test/v1/chat/completions"),
        ("https://api.test/", "https://api.test/v1/chat/completions"),
        ("https://api.test/v1/v1", "https://api.test/v1/chat/completions"),
        ("https://api.test/v1/v1/v1/", "https://api.test/v1/chat/completions"),
        ("https://api.test/v1/chat/completions", "https://api.test/v1/chat/completions"),
        ("https://api.test/v1/chat/completions/", "https://api.test/v1/chat/completions"),
        ("https://api.test/chat/completions", "https://api.test/v1/chat/completions"),
        ("https://api.test/api/paas/v4", "https://api.test/api/paas/v4/chat/completions"),
        ("https://api.test/openai/v1", "https://api.test/openai/v1/chat/completions"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/v1/chat/completions"),
        ("http://[::1]:8080/v1", "http://[::1]:8080/v1/chat/completions"),
        ("https://api.test/o/d?api-version=1", "https://api.test/o/d/chat/completions?api-version=1"),
    ],
)
def test_every_way_to_write_a_base_url(base_url: str, url: str) -> None:
    """C-6, V-5, C-81."""
    assert chat_url(base_url) == url


def test_a_provider_without_a_version_in_its_path() -> None:
    """Perplexity has none ("API reference", docs.perplexity.ai, 2026-11)."""
    assert chat_url("https://api.test/", base_path="") == "https://api.test/chat/completions"
    assert chat_url("https://api.test", base_path="/v2", chat_path="/chat") == "https://api.test/v2/chat"


@pytest.mark.parametrize("base_url", ["https://api.test", "https://api.test/openai/", "https://api.test/openai/v1"])
def test_a_base_url_that_ends_in_the_midst_of_the_path(base_url: str) -> None:
    """Azure's endpoint is written in all of these ways (C-22)."""
    assert chat_url(base_url, base_path="/openai/v1") == "https://api.test/openai/v1/chat/completions"


def test_a_query_in_the_path() -> None:
    path = "/chat/completions?v=1"
    assert chat_url("https://api.test", chat_path=path) == "https://api.test/v1/chat/completions?v=1"
    assert (
        chat_url("https://api.test/v1/chat/completions", chat_path=path) == "https://api.test/v1/chat/completions?v=1"
    )
    assert chat_url("https://api.test/v1?x=2", chat_path=path) == "https://api.test/v1/chat/completions?v=1&x=2"
