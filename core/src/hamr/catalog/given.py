"""Data of models that a user names: models.dev's, or a list in the manner of `models.toml`. Pure."""

from __future__ import annotations

import gzip
import json
import tomllib
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

from hamr.catalog import models_dev
from hamr.errors import ConfigError

Row = dict[str, Any]

GZIP = b"\x1f\x8b"
MOST = 256 * 1024 * 1024
"""Bytes of what was packed: the largest open list has 5 MB."""
HINT = "hamr reads models.dev's api.json and lists such as models.toml, both of them also gzipped (docs/models.md)."


def rows(data: bytes, names: Mapping[str, str], source: str, day: str) -> dict[str, list[Row]]:
    """The rows of each provider, each with its source and date; `names` says what models.dev calls the providers.

    `source` and the `day` are those of rows that say none. Raises ConfigError for what is no such data.
    """
    tables = _tables(data, source)
    if models_dev.is_its(tables):
        from_it = {id: models_dev.rows(tables, name) for id, name in names.items()}
        told = {"source": source, "date": models_dev.day(tables) or day}
        return {id: [{**row, **told} for row in found] for id, found in from_it.items() if found}
    models = tables.get("model") if isinstance(tables, dict) else None
    if not isinstance(models, list) or not all(isinstance(each, dict) for each in models):
        raise ConfigError(f"{source} is no list of models", hint=HINT)
    general = {"source": tables.get("source", source), "date": tables.get("date", day)}
    return _parted([{**general, **each} for each in models], list(names), source)


def _tables(data: bytes, source: str) -> Any:
    try:
        text = (_unpacked(data) if data.startswith(GZIP) else data).decode("utf-8-sig")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise ConfigError(f"{source} cannot be read: {error}", hint=HINT) from error
    try:
        return json.loads(text) if text.lstrip().startswith(("{", "[{", "[]")) else tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{source} is neither JSON nor TOML: {error}", hint=HINT) from error


def _unpacked(data: bytes) -> bytes:
    import io

    with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
        found = file.read(MOST + 1)
    if len(found) > MOST:
        raise OSError(f"it unpacks to more than {MOST:,} bytes")
    return found


def _parted(models: Sequence[Row], providers: Sequence[str], source: str) -> dict[str, list[Row]]:
    """The rows by the provider that stands before the first slash; where only one is meant, it need not stand there."""
    found: dict[str, list[Row]] = {}
    for each in models:
        id = each.get("id")
        if not isinstance(id, str) or not id:
            raise ConfigError(f"{source}: a model has no id", hint=HINT)
        provider, _, name = id.partition("/")
        if provider in providers and name:
            found.setdefault(provider, []).append({**each, "id": name})
        elif len(providers) == 1:
            found.setdefault(providers[0], []).append(each)
    return found
