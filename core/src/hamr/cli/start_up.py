"""What importing a plugin costs a program: each is imported in a process of its own, forked from one that is ready."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, NamedTuple

from hamr.errors import PluginError
from hamr.plugins.distributions import EntryPoint

PATIENCE = 60.0
"""Seconds until an import is given up."""
LONGEST = 4000
"""Bytes of what a forked process tells, so that it comes in one piece."""

BASE = {
    "provider": ("hamr.client", "hamr.api"),
    "extension": ("hamr.client", "hamr.api"),
    "command": ("hamr.cli.group",),
    "store": ("hamr.client", "hamr.api"),
}
"""What is imported before the plugin, and not its doing."""

CODE = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from hamr.cli.start_up import serve; serve()"


class Cost(NamedTuple):
    """Milliseconds of CPU that an import takes, and why it failed; one of them is None."""

    ms: float | None = None
    error: str | None = None


def costs(points: Sequence[tuple[str, EntryPoint]]) -> dict[EntryPoint, Cost]:
    """What the import of each plugin's module takes; each comes with its kind. Raises PluginError."""
    if not hasattr(os, "fork"):
        hint = "hamr plugins --check tells what works."
        raise PluginError("what imports cost cannot be measured: this system cannot fork a process", hint=hint)
    found: dict[EntryPoint, Cost] = {}
    for base in dict.fromkeys(BASE[kind] for kind, _ in points):
        those = [point for kind, point in points if BASE[kind] == base]
        told = _measured(base, list(dict.fromkeys(point.module for point in those)))
        found |= {point: _of(point, told[point.module]) for point in those}
    return found


def _of(point: EntryPoint, cost: Cost) -> Cost:
    return cost if cost.error is None else Cost(error=f"{point.source} {cost.error}")


def _measured(base: Sequence[str], modules: Sequence[str]) -> Mapping[str, Cost]:
    asked = json.dumps({"base": base, "modules": modules})
    ran = subprocess.run(  # noqa: S603  # this interpreter, with code of our own
        [sys.executable, "-c", CODE, json.dumps(sys.path)], input=asked, capture_output=True, text=True, check=False
    )
    lines = ran.stdout.splitlines()
    if ran.returncode or len(lines) != len(modules):
        why = (ran.stderr.strip().splitlines() or ["the process ended"])[-1]
        raise PluginError(f"what imports cost cannot be measured: {why}", hint="hamr plugins --check tells what works.")
    return {module: Cost(*json.loads(line)) for module, line in zip(modules, lines, strict=True)}


def serve() -> None:
    """The process that is forked from: reads what is wanted, and tells a line for each module."""
    asked: Mapping[str, Any] = json.load(sys.stdin)
    for name in asked["base"]:
        import_module(name)
    for module in asked["modules"]:
        cost, compiled = _forked(module)
        if not compiled and cost.error is None:  # measured again, as it is at every later start
            cost = _forked(module)[0]
        sys.stdout.write(json.dumps(cost) + "\n")
        sys.stdout.flush()


def _forked(module: str) -> tuple[Cost, bool]:
    """What the import costs in a process of its own, and whether the module was compiled before."""
    here, there = os.pipe()
    if not (child := os.fork()):
        _import(module, there)
    os.close(there)
    ready, _, _ = select.select([here], [], [], PATIENCE)
    told = os.read(here, LONGEST) if ready else b""
    os.close(here)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    if not told:
        return Cost(
            error="cannot be imported: it ended" if ready else f"was not imported within {PATIENCE:.0f} s"
        ), True
    ms, error, compiled = json.loads(told)
    return Cost(ms, error), compiled


def _import(module: str, pipe: int) -> None:
    """Import it and tell what that took; what it prints goes nowhere, and it never returns."""
    from importlib.util import find_spec

    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    compiled = True
    try:
        spec = find_spec(module.partition(".")[0])
        compiled = spec is None or os.path.exists(spec.cached or "")
        begun = time.process_time()
        import_module(module)
        told: list[Any] = [round((time.process_time() - begun) * 1000, 2), None, compiled]
    except BaseException as error:  # noqa: BLE001  # a plugin may fail in any way
        told = [None, f"cannot be imported: {type(error).__name__}: {str(error)[:200]}", compiled]
    os.write(pipe, json.dumps(told).encode())
    os._exit(0)
