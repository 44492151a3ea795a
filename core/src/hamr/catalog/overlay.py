"""What a user has fetched of the models of providers, over what their packages say: one JSON file for each.

The files are a cache and nothing else: one that cannot be read counts for nothing, and `hamr catalog` tells of it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hamr.errors import ConfigError
from hamr.storage.files import write_whole

if TYPE_CHECKING:
    from hamr.catalog.row import Rows

FORMAT = 1
LISTED = "listed"
KINDS = (LISTED, "given")
"""The provider's own list, and other data that the user has named; the first counts before the second."""
STALE_AFTER = 30
"""Days after which it is told how old one is."""
DAY = 86_400

Raw = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Overlay:
    """The models of one provider as they were `fetched` (in seconds since 1970); each row has its source and date."""

    provider: str
    kind: str
    source: str
    fetched: int
    rows: Sequence[Raw]
    path: str = ""

    def days(self, now: float) -> int | None:
        """How old it is; None where its time is yet to come, for then a clock is wrong."""
        return None if self.fetched > now + DAY else max(int(now - self.fetched) // DAY, 0)

    def age(self, now: float) -> str:
        """The same for people."""
        if (days := self.days(now)) is None:
            return "from a time that is yet to come: is the clock right?"
        return "of today" if not days else f"{days:,} day{'s' if days > 1 else ''} old"

    def is_stale(self, now: float) -> bool:
        """Whether it is so old that a user should know."""
        days = self.days(now)
        return days is None or days > STALE_AFTER

    def list(self) -> Rows:
        """Its rows, to be looked up."""
        from hamr.catalog.row import Rows

        return Rows({"model": list(self.rows)}, self.path, self.kind)


class Overlays:
    """All overlays, in their folder; without one there are none."""

    def __init__(self, folder: str | None) -> None:
        self.folder = folder

    def of(self, provider: str) -> list[Overlay]:
        """Those of a provider that can be read, the first of which counts."""
        if self.folder is None or not os.path.isdir(self.folder):
            return []
        return [found for kind in KINDS if isinstance(found := self._read(provider, kind), Overlay)]

    def all(self) -> Iterator[Overlay | ConfigError]:
        """Every one there is, by provider; for one that is spoilt an error that says so."""
        for provider, kind in sorted(self._there()):
            if (found := self._read(provider, kind)) is not None:
                yield found

    def files(self) -> list[str]:
        """What changes whenever one of them does: the folder and all files in it."""
        if self.folder is None:
            return []
        return [self.folder, *(self._path(*each) for each in sorted(self._there()))]

    def write(self, overlay: Overlay) -> str:
        """Put one in the place of that of its provider and kind, whole; gives its path.

        Raises ConfigError where there is no room for it, and the one before stays as it was.
        """
        import json

        if self.folder is None:
            raise ConfigError("there is no place for a catalog", hint="Set HOME, or XDG_CACHE_HOME to a folder.")
        path = self._path(overlay.provider, overlay.kind)
        kept = {"format": FORMAT, "source": overlay.source, "fetched": overlay.fetched, "model": list(overlay.rows)}
        try:
            os.makedirs(os.path.dirname(self.folder), mode=0o700, exist_ok=True)  # a mode counts for the last one alone
            write_whole(path, json.dumps(kept, ensure_ascii=False, separators=(",", ":")).encode())
        except OSError as error:
            raise ConfigError(f"{path} cannot be written: {error.strerror or error}") from error
        return path

    def clear(self, provider: str | None = None) -> list[str]:
        """Remove those of a provider, or all, spoilt ones too; gives their paths. Raises ConfigError."""
        paths = [self._path(*each) for each in sorted(self._there()) if provider in (None, each[0])]
        for path in paths:
            try:
                os.unlink(path)
            except OSError as error:
                raise ConfigError(f"{path} cannot be removed: {error.strerror or error}") from error
        return paths

    def _path(self, provider: str, kind: str) -> str:
        return os.path.join(self.folder or "", f"{provider}.{kind}.json")

    def _there(self) -> Iterator[tuple[str, str]]:
        """The provider and the kind of each file; others are not hamr's."""
        try:
            names = os.listdir(self.folder) if self.folder is not None else []
        except OSError:  # no folder, or not the user's own: nothing has been fetched
            return
        for name in names:
            for kind in KINDS:
                if name.endswith(f".{kind}.json") and not name.startswith("."):
                    yield name.removesuffix(f".{kind}.json"), kind

    def _read(self, provider: str, kind: str) -> Overlay | ConfigError | None:
        """The overlay, an error where it is spoilt, None where there is none."""
        import json

        path = self._path(provider, kind)
        try:
            with open(path, encoding="utf-8") as file:
                kept = json.load(file)
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            return _spoilt(path, getattr(error, "strerror", None) or "it is no JSON")
        if not _is_whole(kept):
            return _spoilt(path, "it is no catalog that this version of hamr has written")
        return Overlay(provider, kind, kept["source"], kept["fetched"], kept["model"], path)


def _is_whole(kept: Any) -> bool:
    if not isinstance(kept, dict) or kept.get("format") != FORMAT:
        return False
    models = kept.get("model")
    return (
        isinstance(kept.get("source"), str)
        and isinstance(kept.get("fetched"), int)
        and isinstance(models, list)
        and all(isinstance(each, dict) for each in models)
    )


def _spoilt(path: str, why: str) -> ConfigError:
    return ConfigError(
        f"{path} counts for nothing: {why}",
        hint="Fetch it anew: hamr catalog refresh; or remove it: hamr catalog clear.",
    )
