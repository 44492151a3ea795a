"""A selector to a provider and a model, and what the environment says where there is none."""

from __future__ import annotations

import pytest

from hamr.errors import ConfigError
from hamr.resolve import model_of, split
from hamr.types import Provider

PROVIDER = Provider("acme", "Acme", "https://acme.test", "wire", models={"chat": "talk", "embeddings": "embed"})


@pytest.mark.parametrize(
    ("environ", "found"),
    [
        ({"HAMR_EMBED_MODEL": "acme/embed-2"}, ("acme", "embed-2")),
        ({"HAMR_EMBED_MODEL": "acme"}, ("acme", None)),
        ({"HAMR_EMBED_MODEL": "acme/e", "HAMR_LLM_MODEL": "other/talk"}, ("acme", "e")),
        ({"HAMR_LLM_PROVIDER": "acme", "HAMR_LLM_MODEL": "talk"}, ("acme", None)),
        ({"HAMR_LLM_MODEL": "acme/talk"}, ("acme", None)),
    ],
)
def test_a_model_that_chats_is_not_taken_for_embeddings(environ: dict[str, str], found: tuple[str, str | None]) -> None:
    assert split(None, environ, "embeddings") == found


def test_without_any_the_variable_is_named() -> None:
    with pytest.raises(ConfigError, match="set HAMR_EMBED_MODEL=provider/model"):
        split(None, {}, "embeddings")
    with pytest.raises(ConfigError, match="set HAMR_LLM_MODEL=provider/model"):
        split(None, {"HAMR_EMBED_MODEL": "acme/e"})


def test_each_role_has_its_default() -> None:
    """R-46, M-13."""
    assert model_of(PROVIDER, None).id == "talk"
    assert model_of(PROVIDER, None, "embeddings").id == "embed"
    assert model_of(PROVIDER, "own", "embeddings").id == "own"
    assert model_of(PROVIDER, "").id == ""


@pytest.mark.parametrize("models", [{}, {"chat": "talk", "embeddings": ""}])
def test_no_default_for_embeddings_says_so(models: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match="acme has no default model for embeddings"):
        model_of(Provider("acme", "Acme", "https://acme.test", "wire", models=models), None, "embeddings")
