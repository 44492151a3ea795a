"""What importing a plugin costs a program, measured in processes of its own."""

from __future__ import annotations

import subprocess
import sys

from hamr.distributions import EntryPoint
from hamr.errors import PluginError

RUNS = 2
"""The first may have to compile the modules; the better one counts."""

PATIENCE = 60.0
"""Seconds until an import is given up."""

BASE = {
    "provider": "hamr.client, hamr.api",
    "extension": "hamr.client, hamr.api",
    "command": "hamr.cli.group",
    "store": "hamr.client, hamr.api",
}
"""What is imported before the plugin, and not its doing."""

CODE = """import sys
sys.path[:] = {path!r}
import {base}
from importlib import import_module
from time import process_time
begun = process_time()
import_module({module!r})
print("hamr", (process_time() - begun) * 1000)
"""


def cost(kind: str, point: EntryPoint) -> float:
    """Milliseconds of CPU that the import of a plugin's module takes; raises PluginError where it fails."""
    code = CODE.format(path=sys.path, base=BASE[kind], module=point.module)
    return min(_measured(code, point) for _ in range(RUNS))


def _measured(code: str, point: EntryPoint) -> float:
    try:
        ran = subprocess.run(  # noqa: S603  # this interpreter, with code of our own
            [sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        raise PluginError(f"{point.source} was not imported within {PATIENCE:.0f} s") from None
    told = [line.removeprefix("hamr ") for line in ran.stdout.splitlines() if line.startswith("hamr ")]
    if ran.returncode or not told:
        raise PluginError(f"{point.source} cannot be imported: {(ran.stderr.strip().splitlines() or ['it ended'])[-1]}")
    return round(float(told[-1]), 2)
