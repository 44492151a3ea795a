"""A name to a model, and each role's default."""

from __future__ import annotations

import pytest

from hamr.errors import ConfigError
from hamr.resolve.model import in_mode, model_of
from hamr.types import Mode, Provider

PROVIDER = Provider("acme", "Acme", "https://acme.test", "wire", models={"chat": "talk", "embeddings": "embed"})


def test_each_role_has_its_default() -> None:
    """C-13, R-46, M-13."""
    assert model_of(PROVIDER, None).id == "talk"
    assert model_of(PROVIDER, None, "embeddings").id == "embed"
    assert model_of(PROVIDER, "own", "embeddings").id == "own"
    assert model_of(PROVIDER, "").id == ""


@pytest.mark.parametrize("models", [{}, {"chat": "talk", "embeddings": ""}])
def test_no_default_for_embeddings_says_so(models: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match="acme has no default model for embeddings"):
        model_of(Provider("acme", "Acme", "https://acme.test", "wire", models=models), None, "embeddings")


@pytest.mark.parametrize(
    ("asked", "mode", "wire"),
    [
        ("second", "second", "other"),
        ("other", "second", "other"),
        ("wire", "chat", "wire"),
        ("chat", "chat", "wire"),
        ("odd", "odd", "third"),
    ],
)
def test_a_mode_may_be_named_by_its_wire(asked: str, mode: str, wire: str) -> None:
    modes = {"second": Mode("other"), "odd": Mode("third")}
    chosen = in_mode(Provider("acme", "Acme", "https://acme.test", "wire", modes=modes), "m", asked)
    assert (chosen.mode, chosen.wire) == (mode, wire)


def test_a_mode_that_is_not_there_is_told_with_those_that_are() -> None:
    provider = Provider("acme", "Acme", "https://acme.test", "wire", modes={"second": Mode("other")})
    with pytest.raises(ConfigError, match=r"acme has no api mode 'third'\nIt has chat, second\."):
        in_mode(provider, "m", "third")
