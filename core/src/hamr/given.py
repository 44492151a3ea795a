"""What a program gives a client, checked."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from hamr.errors import ConfigError

Check = Callable[[Any], bool]


def check(**said: Any) -> None:
    """Raise ConfigError for an argument of `Hamr` that is of the wrong type; what is None says nothing."""
    for name, value in said.items():
        fits, wanted = CHECKS[name]
        if value is not None and not fits(value):
            # A key may stand where it does not belong, so that no value is shown.
            raise ConfigError(
                f"Hamr({name}=...) was given what it cannot take: {_described(value)}", hint=f"Give {wanted}."
            )


def _described(value: Any) -> str:
    kind = type(value).__name__
    if not isinstance(value, Mapping):
        return kind
    return f"{kind} with {', '.join(sorted({type(each).__name__ for pair in value.items() for each in pair}))}"


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _are_texts(value: Any) -> bool:
    return isinstance(value, Mapping) and all(isinstance(each, str) for pair in value.items() for each in pair)


def _are_keys(value: Any) -> bool:
    return isinstance(value, Mapping) and _are_texts({name: key for name, key in value.items() if key is not None})


def _are_parameters(value: Any) -> bool:
    return isinstance(value, Mapping) and all(_is_text(name) and _are_texts(each) for name, each in value.items())


def _is_table(value: Any) -> bool:
    return isinstance(value, Mapping) and all(map(_is_text, value))


def _are_settings(value: Any) -> bool:
    from hamr.mistyped import mistyped
    from hamr.types import Settings

    if isinstance(value, Settings) and (found := mistyped(value, Settings, "Hamr(settings=...)")):
        raise found
    return isinstance(value, Settings)


def _are_names(value: Any) -> bool:
    return isinstance(value, Iterable) and not isinstance(value, bytes | Mapping)


CHECKS: Mapping[str, tuple[Check, str]] = {
    "settings": (_are_settings, "hamr.Settings(...)"),
    "environ": (lambda value: value is os.environ or _are_texts(value), "a mapping of variables, texts to texts"),
    "keys": (_are_keys, 'a mapping of providers to keys: {"groq": "..."}'),
    "parameters": (_are_parameters, 'a mapping of providers to texts by name: {"azure": {"resource": "mine"}}'),
    "prefer": (_are_texts, 'a mapping of providers to distributions: {"groq": "acme-groq"}'),
    "limits": (_is_table, 'a mapping of providers or models to limits: {"groq": {"rpm": 30}}'),
    "extensions": (_are_names, "a list of the names of extensions"),
    "project": (_is_text, "a text"),
    "tags": (_are_names, "a list of texts"),
    "budgets": (_is_table, 'a mapping of what is bounded to dollars: {"all": 20}'),
    "folder": (lambda value: isinstance(value, str | os.PathLike), "the path of a folder"),
    "tell": (callable, "a function that takes a text and an address, which may be None"),
}
"""What each argument must be, and how that is told."""
