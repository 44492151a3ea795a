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


def measure(lab: Lab) -> Iterator[Figure]:
    """In this process; plugins are listed and files of configuration read before, for every call does that."""
    with tempfile.TemporaryDirectory() as folder, patch.dict(os.environ, {"XDG_CACHE_HOME": f"{folder}/cache"}):
        rows = "".join(f'[[model]]\nid = "together/model-{number}"\n' for number in range(MODELS))
        place = Path(folder, "hamr", "models.toml")
        place.parent.mkdir()
        place.write_text(rows, "utf-8")
        for name, cold, warm in (("gpt-4o", COLD, WARM), ("openai/gpt-4o", PLAIN_COLD, PLAIN_WARM)):
            pick(folder, name)  # the index is made once for all processes
            seconds = [pick(folder, name) for _ in range(ROUNDS)]
            yield Figure(cold, median(first for first, _ in seconds) * 1e3)
            yield Figure(warm, median(again for _, again in seconds) * 1e6)


def pick(folder: str, name: str) -> tuple[float, float]:
    """Seconds of a client's first selection, and of each later one."""
    from hamr.client import Hamr

    with Hamr(environ={"XDG_CONFIG_HOME": folder, "OPENAI_API_KEY": "made-up"}, folder=None) as client:
        _ = client.plugins.tables("openai"), client.providers.configuration.layers
        first = _timed(lambda: client.selection(name))
        again = _timed(lambda: [client.selection(name) for _ in range(TIMES)]) / TIMES
    return first, again


def _timed(do: Callable[[], object]) -> float:
    begun = time.perf_counter()
    do()
    return time.perf_counter() - begun
