"""What importing a plugin costs a program, measured in processes of its own."""

from __future__ import annotations

import subprocess
import sys

from hamr.distributions import EntryPoint
from hamr.errors import PluginError

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
from importlib.util import find_spec
from os.path import exists
from time import process_time
there = find_spec({module!r}.partition(".")[0])
compiled = there is None or exists(there.cached or "")
begun = process_time()
import_module({module!r})
print("hamr", (process_time() - begun) * 1000, compiled)
"""


def cost(kind: str, point: EntryPoint) -> float:
    """Milliseconds of CPU that the import of a plugin's module takes; raises PluginError where it fails."""
    code = CODE.format(path=sys.path, base=BASE[kind], module=point.module)
    taken, compiled = _measured(code, point)
    return taken if compiled else _measured(code, point)[0]


def _measured(code: str, point: EntryPoint) -> tuple[float, bool]:
    """The milliseconds, and whether the modules were compiled already, as they are at every later start."""
    try:
        ran = subprocess.run(  # noqa: S603  # this interpreter, with code of our own
            [sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        raise PluginError(f"{point.source} was not imported within {PATIENCE:.0f} s") from None
    told = [line.removeprefix("hamr ") for line in ran.stdout.splitlines() if line.startswith("hamr ")]
    if ran.returncode or not told:
        raise PluginError(f"{point.source} cannot be imported: {(ran.stderr.strip().splitlines() or ['it ended'])[-1]}")
    taken, compiled = told[-1].split()
    return round(float(taken), 2), compiled == "True"
