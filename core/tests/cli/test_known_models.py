"""Names of models that nobody has, and those that were meant (bad input: unknown model)."""

from __future__ import annotations

from typing import Any

import pytest

MANIFEST = """id = "acme"
name = "Acme"
base_url = "{url}"
wire = "openai-completions"
models = {{ chat = "acme-large-2", router = "acme-small", vision = "lab/seer-7b" }}
"""


@pytest.fixture(autouse=True)
def acme(install: Any, server: Any) -> None:
    install("acme", manifest=MANIFEST.format(url=server.url), code="")
    install("broken", manifest="id = ")


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("acne-small", "Did you mean acme/acme-small? "),
        ("acne/lab/seer-7b", "Did you mean acme/lab/seer-7b? "),
        ("acmee", "Did you mean acme? "),
        ("nothing-like-it", ""),
    ],
)
def test_a_provider_that_is_not_installed(hamr: Any, monkeypatch: pytest.MonkeyPatch, asked: str, meant: str) -> None:
    monkeypatch.setattr("hamr.resolver.Resolver.defaults", ())
    ran = hamr("-m", asked, "hi")
    assert ran.code == 2
    assert ran.err.splitlines()[1].startswith(f"{meant}To install it: pip install hamr-provider-")


@pytest.mark.parametrize(
    ("asked", "model"), [("acme-large", "acme-large-2"), ("ACME-small", "acme-small"), ("seer-7b", "lab/seer-7b")]
)
def test_a_name_or_a_part_of_it_is_enough(server: Any, hamr: Any, asked: str, model: str) -> None:
    """H-50."""
    assert hamr("-m", asked, "hi").code == 0
    assert server.asked[0]["model"] == model


def test_a_model_that_the_provider_does_not_have(server: Any, hamr: Any) -> None:
    server.status, server.error = 404, {"message": "no model of that name", "code": "model_not_found"}
    ran = hamr("-m", "acme/acme-smal", "hi")
    assert ran.code == 1
    assert ran.err.splitlines()[1] == "Did you mean acme/acme-small? To list its models: hamr models -p acme"
    assert hamr("-m", "acme/acme-smal", "--json", "hi").error["hint"].startswith("Did you mean acme/acme-small? ")
    assert hamr("-m", "acme/acme-small", "hi").err.splitlines()[1] == "To list its models: hamr models -p acme"
