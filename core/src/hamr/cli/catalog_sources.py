"""What `hamr catalog` compares, fetches and shows."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from hamr import refresh as fetching
from hamr.catalog.difference import Difference, difference
from hamr.catalog.origins import Fact
from hamr.catalog.overlay import Overlay
from hamr.catalog.row import Rows
from hamr.client import Hamr
from hamr.errors import ConfigError, HamrError
from hamr.listing import ListOptions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hamr.plugins.manifest import Manifest
    from hamr.providers import Providers

PATIENCE: ListOptions = {"timeout": 30.0}
"""For who asks for this alone: such lists may have hundreds of models."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a refresh has kept, what that has against the packages, and what failed; `stays` is what counts then.

    `older` are the providers of which what was kept is older than what came with their packages.
    """

    kept: Sequence[Overlay]
    differences: Mapping[str, Difference]
    failures: Mapping[str, HamrError]
    stays: Mapping[str, Overlay]
    older: Sequence[str]


@dataclass(frozen=True, slots=True)
class Compared:
    """What fresh lists of a provider have against its package; `asked` says whether the provider has been asked."""

    provider: str
    asked: bool
    overlays: Sequence[Overlay]
    difference: Difference


def refresh(provider: str | None, place: str | None, sha256: str | None, *, offline: bool) -> Done:
    """Fetch and keep; raises HamrError where nothing at all can be fetched from a `place`."""
    if offline and (place is None or place.startswith(fetching.URLS)):
        raise ConfigError("nothing is fetched with --offline", hint="Give a file: hamr catalog refresh --from FILE")
    there = fetching.overlays(os.environ)
    with Hamr() as client:
        if place is None:
            fetched = _asked(client, provider)
        else:
            manifests = _manifests(client.providers, [provider] if provider else client.providers.ids, provider)
            fetched = fetching.Fetched(_given(place, sha256, manifests), {})
        before = {each.provider: each for id in fetched.failures for each in there.of(id)[:1]}
        kept, failures = [], dict(fetched.failures)
        for id, overlay in fetched.overlays.items():
            try:
                path = there.write(overlay)
            except HamrError as error:
                failures[id] = error
                before |= {each.provider: each for each in there.of(id)[:1]}
            else:
                kept.append(_at(overlay, path))
        differences = {each.provider: _difference(client.providers, each) for each in kept}
        older = [
            each.provider for each in kept if _newest(each.list()) < _newest(_shipped(client.providers, each.provider))
        ]
        return Done(kept, differences, failures, before, older)


def compare(provider: str | None, *, offline: bool) -> tuple[list[Compared], dict[str, HamrError]]:
    """Each provider that something fresh is known of, against its package, and why others could not be asked."""
    there = fetching.overlays(os.environ)
    with Hamr() as client:
        if provider is not None:
            client.providers.manifest(provider)  # one that is not installed is told as such
        fetched = fetching.Fetched({}, {}) if offline else _asked(client, provider)
        kept = {each.provider for each in there.all() if isinstance(each, Overlay)}
        wanted = [provider] if provider else sorted({*fetched.overlays, *kept} & set(client.providers.ids))
        found = []
        for id in wanted:
            live = fetched.overlays.get(id)
            fresh = [each for each in there.of(id) if live is None or each.kind != live.kind]
            if overlays := [*([live] if live else []), *fresh]:
                found.append(Compared(id, live is not None, overlays, _difference(client.providers, *overlays)))
        return found, dict(fetched.failures)


def facts(model: str) -> tuple[str, list[Fact], list[Overlay]]:
    """The selector that a name means, what lists know of that model, and which of them are old. Raises ConfigError."""
    from hamr.catalog import origins
    from hamr.prices import price_lists

    with Hamr() as client:
        chosen = client.selection(model)
        provider = chosen.provider
        name = chosen.model or client.providers.provider(provider, os.environ).models.get("chat", "")
        lists = price_lists(provider, client.providers, os.environ)
        found = origins.facts(lists, name)
    selector = f"{provider}/{name}"
    if not found:
        raise ConfigError(f"no list knows {selector}", hint=_near(lists, provider, name))
    used = {fact.place for fact in found}
    old = [each for each in fetching.overlays(os.environ).of(provider) if each.path in used]
    return selector, found, old


def _asked(client: Hamr, provider: str | None) -> fetching.Fetched:
    """What the providers answer: the one that is named, else all that can be asked but servers of one's own."""
    if provider is not None:
        from hamr.types import Listing

        manifests = _manifests(client.providers, [provider], provider)
        try:
            listing = client.models(provider, **PATIENCE)
        except HamrError as error:
            listing = Listing((), {provider: error})
        return fetching.listed(listing, manifests)
    listing = client.models(**PATIENCE)
    asked = dict.fromkeys([*(model.provider for model in listing.models), *listing.failures])
    manifests = _manifests(client.providers, asked, None)
    hosted = {id: manifest for id, manifest in manifests.items() if not manifest.local}
    found = fetching.listed(listing, hosted)
    return fetching.Fetched(found.overlays, {id: error for id, error in found.failures.items() if id in hosted})


def _manifests(providers: Providers, ids: Sequence[str] | Mapping[str, None], named: str | None) -> dict[str, Manifest]:
    """The manifests of these that can be read; raises ConfigError for one that is `named` and cannot."""
    found = {}
    for id in ids:
        try:
            found[id] = providers.manifest(id)
        except HamrError:
            if id == named:
                raise  # whoever uses one of the others is told
    return found


def _given(place: str, sha256: str | None, manifests: Mapping[str, Manifest]) -> dict[str, Overlay]:
    data = fetching.downloaded(place) if place.startswith(fetching.URLS) else fetching.read(place)
    source = fetching.source_of(place)
    return fetching.given(fetching.matching(data, sha256, source), source, manifests)


def _difference(providers: Providers, *overlays: Overlay) -> Difference:
    day = datetime.fromtimestamp(time.time(), UTC).date().isoformat()
    return difference(_shipped(providers, overlays[0].provider), [each.list() for each in overlays], day)


def _shipped(providers: Providers, id: str) -> Rows:
    return Rows(providers.plugins.models(id) if id in providers.plugins.providers else {}, f"models.toml of {id}")


def _newest(rows: Rows) -> str:
    """The day of the newest row."""
    return max((row.date for row in rows), default="")


def _at(overlay: Overlay, path: str) -> Overlay:
    from dataclasses import replace

    return replace(overlay, path=path)


def _near(lists: Sequence[Rows], provider: str, name: str) -> str:
    import difflib

    known = {row.id for rows in lists for row in rows}
    near = difflib.get_close_matches(name, known, n=3)
    if near:
        return f"Did you mean {' or '.join(f'{provider}/{each}' for each in near)}?"
    return f"To fetch what {provider} lists: hamr catalog refresh -p {provider}"
