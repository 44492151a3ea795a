"""What users write to be embedded, to an EmbeddingRequest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

from hamr.errors import ConfigError
from hamr.options import Dollars, request_fields
from hamr.types import EmbeddingRequest, Timeouts

Inputs = str | Sequence[str | Sequence[int]] | Sequence[int]


class EmbedOptions(TypedDict, total=False):
    """The keyword arguments of `embed`."""

    dimensions: int | None
    user: str | None
    options: Mapping[str, Any]
    headers: Mapping[str, str]
    timeout: float | Timeouts | None
    retries: int
    max_cost: Dollars | None


def embedding_request(inputs: Inputs, options: EmbedOptions) -> EmbeddingRequest:
    """The request that a text, its tokens, or a list of either makes; raises ConfigError naming what is wrong."""
    fields = request_fields(options, EmbedOptions.__annotations__)
    given: Any = [inputs] if isinstance(inputs, str) else inputs
    if not isinstance(given, Sequence) or isinstance(given, bytes | bytearray):
        raise _wrong("the input", inputs)
    if not given:
        raise ConfigError("there is nothing to embed", hint="Give a text, or a list of texts.")
    if isinstance(given[0], int):
        given = [given]
    return EmbeddingRequest(tuple(_input(each, f"input {place}") for place, each in enumerate(given)), **fields)


def _input(value: Any, place: str) -> str | tuple[int, ...]:
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple) and value and all(type(token) is int for token in value):
        return tuple(value)
    raise _wrong(place, value)


def _wrong(place: str, value: Any) -> ConfigError:
    return ConfigError(
        f"{place} is no text, but {type(value).__name__}", hint="Give a text, a list of texts, or lists of token ids."
    )
