"""Several models for one call: the first that can serve does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from hamr.errors import ConfigError
from hamr.resolve.model import Role
from hamr.resolve.variables import MODEL, PROVIDER, said

Models = str | Sequence[str]
"""A selector, or several: a list, or one text with commas between them."""


def candidates(model: Models | None, environ: Mapping[str, str], role: Role = "chat") -> Sequence[str]:
    """The selectors that are named, without one those of the environment; none where it is a plain one.

    Names of models hold no commas, which is why the command line and the environment can name several at one place.
    """
    if model is None:
        return _from_environ(environ) if role == "chat" else ()
    if isinstance(model, str):
        return names(model) or [""] if "," in model else ()
    given: Any = model
    several = list(given) if isinstance(given, Iterable) else [given]
    if odd := [type(text).__name__ for text in several if not isinstance(text, str)]:
        raise ConfigError(f"a model is no text, but {odd[0]}", hint="Name it as 'provider/model'.")
    return [each for text in several for each in names(text)] or [""]


def names(text: str) -> list[str]:
    """The words between the commas."""
    return [name.strip() for name in text.split(",") if name.strip()]


def _from_environ(environ: Mapping[str, str]) -> Sequence[str]:
    found = said(environ, MODEL)
    if found is None or "," not in found.value:
        return ()
    provider = said(environ, PROVIDER)
    return [name if provider is None or "/" in name else f"{provider.value}/{name}" for name in names(found.value)]
