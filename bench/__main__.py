"""Measures everything, or what is named: `python -m bench [start call ...] [--peers] [--quick] [--json FILE]`."""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from pathlib import Path

from bench.figure import Figure
from bench.lab import Lab, opened
from bench.table import machine, number, table

BENCHES = ("start", "call", "stream", "arguments", "conversation", "wires", "each_wire", "resolve", "spend", "memory")


def main() -> int:
    """Print the table; 1 where a bound is not kept, or hamr is behind a peer and nobody knows why."""
    asked = _arguments()
    with opened(peers=asked.peers, quick=asked.quick) as lab:
        figures = [figure for name in asked.names or BENCHES for figure in _measured(name, lab)]
        facts = machine()
        print(f"{facts['date']}, {facts['system']}, {facts['cores']} cores, {facts['python']}\n")
        print(*table(figures, lab.peers), sep="\n")
        if asked.json:
            peers = {one.name: one.problem or one.version for one in lab.peers}
            told = {**facts, "peers": peers, "figures": [figure.plain() for figure in figures]}
            asked.json.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    if asked.quick:
        return 0
    return 0 if all(figure.fine for figure in figures) else 1


def _measured(name: str, lab: Lab) -> list[Figure]:
    figures = []
    for figure in importlib.import_module(f"bench.figures.{name}").measure(lab):
        told = f"{figure.row.name}: {number(figure.value)} {figure.row.unit}, {number(figure.ratio)} x floor"
        print(told, file=sys.stderr, flush=True)
        figures.append(figure)
    return figures


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*BENCHES, []], metavar="NAME", help=", ".join(BENCHES))
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there, too")
    parser.add_argument("--peers", action="store_true", help="measure other libraries in the same run")
    parser.add_argument("--quick", action="store_true", help="few, short turns, and no verdict")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
