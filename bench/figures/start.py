"""What it costs to start: CPU time of fresh processes."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import replace

from bench.contestant import ROOT, Contestant, environment
from bench.figure import Bound, Figure, Row
from bench.lab import Lab
from bench.peers import as_users_have_it
from bench.table import number

BARE, ASYNCIO = 15.0, 44.7
"""Milliseconds of CPU of a bare interpreter, and of one that imports asyncio, where the bounds were set.

The second is the floor: what the first costs is a matter of how Python was built, and says nothing of how fast a
machine imports.
"""

NOTHING = Row("a bare interpreter", "ms", "", "")
IMPORT = Row("import", "ms", "", "", bound=Bound.where(floor=ASYNCIO, told=BARE + 30))
HELP = Row("--help, every plugin installed", "ms", "", "", bound=Bound.where(floor=ASYNCIO, told=50))
LIST = Row(
    "all providers, and what their manifests say",
    "ms",
    "",
    "",
    bound=Bound.where(floor=ASYNCIO, told=BARE + 15),
)
PROVIDERS = Row("`hamr providers`", "ms", "", "", bound=Bound.where(floor=ASYNCIO, told=80))
ANSWER = Row("fresh process to its first answer", "ms", "", "", bound=Bound.where(floor=ASYNCIO, told=170))
HEAVY = Row("heavy modules that --help imports", "modules", "", "", bound=Bound.anywhere(0))

LISTING = (
    "from hamr.plugins.discover import Plugins; plugins = Plugins(); [plugins.tables(id) for id in plugins.providers]"
)
LOADED = """
import sys
from hamr.cli.main import main
main(["--help"])
heavy = {"pydantic", "httpx2", "pluggy", "stevedore", "importlib.metadata", "rich"}
print(*sorted(name for name in sys.modules if name in heavy or name.startswith("hamr_")), file=sys.stderr)
"""


def measure(lab: Lab) -> Iterator[Figure]:
    """Each start beside `import asyncio`, in turns; hamr is installed as users have it."""
    lab = replace(lab, hamr=as_users_have_it(lab.url))
    floor = {"asyncio": _code(lab.hamr, "import asyncio")}
    yield lab.start(NOTHING, {"hamr": _code(lab.hamr, "pass"), **floor}, "asyncio")
    yield lab.start(IMPORT, _each(lab, "import {module}") | floor, "asyncio")
    yield lab.start(HELP, {"hamr": _command(lab, "--help"), **floor, **_helps(lab)}, "asyncio")
    yield _heavy(lab)
    yield lab.start(LIST, {"hamr": _code(lab.hamr, LISTING), **floor}, "asyncio")
    yield lab.start(PROVIDERS, {"hamr": _command(lab, "providers"), **floor}, "asyncio")
    yield _answered(lab, floor)


def _answered(lab: Lab, floor: dict[str, list[str]]) -> Figure:
    call = "from bench.subjects.{subject} import Subject; Subject('{url}').call('hosted')"
    by_hand = _code(lab.floor, _filled(call, lab.floor))
    figure = lab.start(ANSWER, _each(lab, call) | {"httpx2": by_hand} | floor, "asyncio")
    others = dict(figure.peers)
    return replace(figure, note=f"by hand with httpx2: {number(others.pop('httpx2'))} ms", peers=others)


def _each(lab: Lab, code: str) -> dict[str, list[str] | str]:
    return {one.name: one.problem or _code(one, _filled(code, one)) for one in (lab.hamr, *lab.peers)}


def _filled(code: str, one: Contestant) -> str:
    return code.format(module=one.subject, subject=one.subject, url=one.url)


def _code(one: Contestant, code: str) -> list[str]:
    return [str(one.python), "-c", code]


def _command(lab: Lab, argument: str) -> list[str]:
    return [str(lab.hamr.python.with_name("hamr")), argument]


def _helps(lab: Lab) -> dict[str, list[str] | str]:
    """The command of each peer that has one."""
    return {one.name: one.problem or _help(one) for one in lab.peers}


def _help(one: Contestant) -> list[str] | str:
    path = one.python.with_name(one.subject)
    return [str(path), "--help"] if path.exists() else "has no command"


def _heavy(lab: Lab) -> Figure:
    command = _code(lab.hamr, LOADED)
    done = subprocess.run(command, cwd=ROOT, env=environment(lab.url), capture_output=True, text=True, check=True)
    return Figure(HEAVY, float(len(done.stderr.split())), note=done.stderr.strip())
