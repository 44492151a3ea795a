"""A name to a model, and each role's default."""

from __future__ import annotations

import pytest

from hamr.errors import ConfigError
from hamr.resolve.model import model_of
from hamr.types import Provider

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
