"""What it costs to find out whose a model is, with every plugin installed and two thousand models in a list."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from unittest.mock import patch

from bench.figure import Bound, Figure, Row
from bench.lab import Lab

MODELS = 2000
ROUNDS, TIMES = 15, 200
COLD = Row("`gpt-4o` to its provider, first time", "ms", "", "", bound=Bound.anywhere(2.0))
WARM = Row("`gpt-4o` to its provider, again", "µs", "", "", bound=Bound.anywhere(20.0))
PLAIN_COLD = Row("`provider/model`, first time", "ms", "", "", bound=Bound.anywhere(2.0))
PLAIN_WARM = Row("`provider/model`, again", "µs", "", "", bound=Bound.anywhere(20.0))
FETCHED = 100
"""Models of every provider that `hamr catalog refresh` has fetched, for the last two rows."""
FETCHED_COLD = Row("`gpt-4o` with fetched lists, first time", "ms", "", "", bound=Bound.anywhere(2.0))
FETCHED_WARM = Row("`gpt-4o` with fetched lists, again", "µs", "", "", bound=Bound.anywhere(20.0))


def measure(lab: Lab) -> Iterator[Figure]:
    """In this process; plugins are listed and files of configuration read before, for every call does that."""
    with tempfile.TemporaryDirectory() as folder, patch.dict(os.environ, {"XDG_CACHE_HOME": f"{folder}/cache"}):
        rows = "".join(f'[[model]]\nid = "together/model-{number}"\n' for number in range(MODELS))
        place = Path(folder, "hamr", "models.toml")
        place.parent.mkdir()
        place.write_text(rows, "utf-8")
        for name, cold, warm in (("gpt-4o", COLD, WARM), ("openai/gpt-4o", PLAIN_COLD, PLAIN_WARM)):
            yield from figures(folder, name, cold, warm)
        fetch(folder)
        yield from figures(folder, "gpt-4o", FETCHED_COLD, FETCHED_WARM)


def figures(folder: str, name: str, cold: Row, warm: Row) -> Iterator[Figure]:
    """What it costs to find this name."""
    pick(folder, name)  # the index is made once for all processes
    seconds = [pick(folder, name) for _ in range(ROUNDS)]
    yield Figure(cold, median(first for first, _ in seconds) * 1e3)
    yield Figure(warm, median(again for _, again in seconds) * 1e6)


def fetch(folder: str) -> None:
    """A fetched list of every installed provider."""
    from hamr.catalog.overlay import Overlay, Overlays
    from hamr.plugins.discover import Plugins

    rows = [{"id": f"fetched-{number}", "source": "a list", "date": "2026-11-25"} for number in range(FETCHED)]
    for id in Plugins().providers:
        Overlays(f"{folder}/cache/hamr/catalog").write(Overlay(id, "listed", "a list", 1_800_000_000, rows))


def pick(folder: str, name: str) -> tuple[float, float]:
    """Seconds of a client's first selection, and of each later one."""
    from hamr.client import Hamr

    environ = {"XDG_CONFIG_HOME": folder, "XDG_CACHE_HOME": f"{folder}/cache", "OPENAI_API_KEY": "made-up"}
    with Hamr(environ=environ, folder=None) as client:
        _ = client.plugins.tables("openai"), client.providers.configuration.layers
        first = _timed(lambda: client.selection(name))
        again = _timed(lambda: [client.selection(name) for _ in range(TIMES)]) / TIMES
    return first, again


def _timed(do: Callable[[], object]) -> float:
    begun = time.perf_counter()
    do()
    return time.perf_counter() - begun
