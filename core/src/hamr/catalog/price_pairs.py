"""A file of prices as hermes-router has it: `{"gpt-4o": [2.5, 10]}`, in and out for a million tokens (C-3, R-140)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import inf
from typing import Any

from hamr.errors import ConfigError

SHAPE = '{"MODEL": [INPUT, OUTPUT]}, in dollars for a million tokens'


def rows(place: str, provider: str) -> list[Mapping[str, Any]]:
    """The rows for one provider: those of a bare name, and those of `provider/name`, which count first.

    Names are whole: a price is never that of a model whose name holds another's. Raises ConfigError.
    """
    own: list[Mapping[str, Any]] = []
    anyone: list[Mapping[str, Any]] = []
    for name, pair in _read(place).items():
        row = {"id": name.removeprefix(f"{provider}/"), "source": place, "price": [_price(name, pair, place)]}
        (own if name.startswith(f"{provider}/") else anyone).append(row)
    return [*own, *anyone]


def _read(place: str) -> Mapping[str, Any]:
    try:
        with open(place, encoding="utf-8-sig") as file:
            stored = json.load(file)
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigError(f"{place}: {error}", hint=f"It must hold {SHAPE}.") from error
    if not isinstance(stored, dict):
        raise ConfigError(f"{place} must hold {SHAPE}")
    return stored


def _price(name: str, pair: Any, place: str) -> dict[str, float]:
    if not isinstance(pair, list) or len(pair) != 2 or not all(map(_is_price, pair)):
        raise ConfigError(f"{place}: {name!r} must have two prices", hint=f"It must hold {SHAPE}.")
    return {"input": pair[0], "output": pair[1]}


def _is_price(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < inf
