"""Measures everything, or what is named: `python -m bench [start ...]`."""

from __future__ import annotations

import importlib
import sys

BENCHES = ["start"]


def main() -> int:
    """Print each figure; 1 if a bound is not kept."""
    kept = True
    for name in sys.argv[1:] or BENCHES:
        for figure in importlib.import_module(f"bench.{name}").measure():
            print(figure, flush=True)
            kept = kept and figure.holds
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
