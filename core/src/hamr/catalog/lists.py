"""Where price lists are: the user's own, over what the user has fetched, over that of the provider's package."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from hamr.catalog.row import Rows

Tables = Mapping[str, Any]


OWN, CONFIGURED, SHIPPED = "own", "configured", "shipped"
"""The kinds of lists besides those of `overlay.KINDS`."""


def lists(
    id: str,
    own: Tables,
    place: str,
    packaged: Tables,
    configured: Iterable[tuple[str, list[Tables]]] = (),
    fetched: Iterable[Rows] = (),
) -> list[Rows]:
    """The rows of one provider; in the user's `own` file at `place` they are named `provider/model`.

    `configured` are those in files that describe providers, each with its place; `fetched` are those of overlays.

    Raises ConfigError for a file that is no list.
    """
    found = [Rows(_of_provider(id, own), place, OWN), *of_files(configured), *fetched]
    found.append(Rows(packaged, f"models.toml of {id}", SHIPPED))
    return [rows for rows in found if rows]


def of_files(rows: Iterable[tuple[str, list[Tables]]]) -> list[Rows]:
    """The rows that files of configuration have, each with its place."""
    return [Rows({"model": each}, where, CONFIGURED) for where, each in rows]


def _of_provider(id: str, tables: Tables) -> Tables:
    """The rows that name this provider, without its name."""
    models, prefix = tables.get("model"), f"{id}/"
    if not isinstance(models, list):
        return tables
    mine = [{**each, "id": each["id"].removeprefix(prefix)} for each in models if _starts(each, prefix)]
    return {**tables, "model": mine}


def _starts(each: Any, prefix: str) -> bool:
    return isinstance(each, Mapping) and isinstance(each.get("id"), str) and each["id"].startswith(prefix)
