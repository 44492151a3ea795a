"""Fetching what providers say of their models, and data that the user names, for `hamr catalog`. Never unasked."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from hamr.catalog.overlay import Overlay, Overlays
from hamr.catalog.row import Rows
from hamr.errors import ConfigError, HamrError
from hamr.plugins.manifest_index import catalog_folder

if TYPE_CHECKING:
    from hamr.plugins.manifest import Manifest
    from hamr.types import Listing, ModelInfo

MOST = 64 * 1024 * 1024
"""Bytes of a file that is fetched: the largest open list has 5 MB."""
URLS = ("https://", "http://")


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came of fetching: an overlay for each provider, and why there is none of the others."""

    overlays: Mapping[str, Overlay]
    failures: Mapping[str, HamrError]


def overlays(environ: Mapping[str, str]) -> Overlays:
    """Those of the user."""
    return Overlays(catalog_folder(environ))


def listed(listing: Listing, manifests: Mapping[str, Manifest]) -> Fetched:
    """What providers have answered, as an overlay each; one that names no model, or odd ones, has failed."""
    parted: dict[str, list[ModelInfo]] = {}
    for model in listing.models:
        parted.setdefault(model.provider, []).append(model)
    found: dict[str, Overlay] = {}
    failures = dict(listing.failures)
    for id, manifest in manifests.items():
        if id in failures:
            continue
        try:
            found[id] = _listed(id, parted.get(id, []), manifest)
        except HamrError as error:
            failures[id] = error
    return Fetched(found, failures)


def given(data: bytes, source: str, manifests: Mapping[str, Manifest]) -> dict[str, Overlay]:
    """What such data has of these providers, as an overlay each; raises ConfigError where that is nothing."""
    from hamr.catalog.given import rows

    names = {id: manifest.catalog.models_dev or id for id, manifest in manifests.items()}
    parted = rows(data, names, source, _day(time.time()))
    if not parted:
        raise ConfigError(
            f"{source} has no model of {', '.join(names)}" if len(names) == 1 else f"{source} has no provider's models",
            hint="What models.dev calls a provider stands in its manifest, under `catalog`.",
        )
    return {id: _checked(Overlay(id, "given", source, int(time.time()), found)) for id, found in parted.items()}


def read(path: str) -> bytes:
    """The data in a file; raises ConfigError."""
    try:
        with open(path, "rb") as file:
            data = file.read(MOST + 1)
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror or error}") from error
    if len(data) > MOST:
        raise ConfigError(f"{path} has more than {MOST:,} bytes")
    return data


def downloaded(url: str) -> bytes:
    """The data at a URL, asked for without any key; raises HamrError."""
    from hamr.calls.pipeline import USER_AGENT
    from hamr.drive import run
    from hamr.transports.http import HttpTransport
    from hamr.web_file import fetched

    transport = HttpTransport()
    try:
        return run(fetched(url, USER_AGENT, MOST), transport)
    finally:
        transport.close()


def matching(data: bytes, digest: str | None, source: str) -> bytes:
    """The data, if it has this SHA-256; raises ConfigError where it has another."""
    import hashlib

    found = hashlib.sha256(data).hexdigest()
    if digest is not None and found != digest.strip().lower():
        raise ConfigError(f"{source} has the SHA-256 {found}, and not the one that was given", hint="Nothing was kept.")
    return data


def source_of(place: str) -> str:
    """What is said of where data came from: a URL without what may be secret in it, a file's name."""
    from hamr.web_file import shown

    return shown(place) if place.startswith(URLS) else os.path.basename(place)


def _listed(id: str, models: Sequence[ModelInfo], manifest: Manifest) -> Overlay:
    from hamr.listed_rows import rows

    if not models:
        raise HamrError(f"{id} lists no model at all")
    now = time.time()
    return _checked(Overlay(id, "listed", f"the list of {id}", int(now), rows(models, manifest.catalog, _day(now))))


def _checked(overlay: Overlay) -> Overlay:
    """The overlay, each of its rows read once; raises ConfigError for one that is awry."""
    _read_all(Rows({"model": list(overlay.rows)}, overlay.source))
    return overlay


def _read_all(rows: Iterable[Any]) -> None:
    for _ in rows:
        pass


def _day(now: float) -> str:
    return datetime.fromtimestamp(now, UTC).date().isoformat()
