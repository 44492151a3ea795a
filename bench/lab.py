"""Where subjects take their turns, one after another, so that what the machine does meanwhile meets them all."""

from __future__ import annotations

import re
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

from bench.contestant import ROOT, Contestant, NoResult, environment
from bench.figure import SCALE, Figure, Row
from bench.peers import PEERS, installed

PEER_SECONDS = 6.0
"""After so long in one row a slow peer's turns are over."""

COUNT = re.compile(r"-\d+$")
"""How many chunks a model streams: warming up takes few."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What a subject does when it is its turn, in units of the row, and the seconds that it had already."""

    take: Callable[[], float]
    spent: float = 0.0


@dataclass(frozen=True, slots=True)
class Lab:
    """The subjects, and how often (`rounds`) and how long (`seconds`) each takes a turn in one row."""

    url: str
    hamr: Contestant
    floor: Contestant
    peers: list[Contestant] = field(default_factory=list)
    rounds: int = 9
    seconds: float = 0.25

    def compare(self, row: Row) -> Figure:
        """The row's task, done in turns by hamr, by hand and by the peers."""
        if not row.after:
            for one in self._all():
                one.stop()
        return self.measure(row, {one.name: self._turn(one, row) for one in self._all()}, floor=self.floor.name)

    def measure(self, row: Row, turns: Mapping[str, Turn | str], floor: str) -> Figure:
        """These turns, each giving units of the row, or the reason why there is none; hamr's is named `hamr`."""
        taken: dict[str, list[float]] = {name: [] for name in turns}
        problems = {name: turn for name, turn in turns.items() if isinstance(turn, str)}
        spent = {name: turn.spent for name, turn in turns.items() if isinstance(turn, Turn)}
        for _ in range(self.rounds):
            for name, turn in turns.items():
                if isinstance(turn, str) or name in problems:
                    continue
                if name not in ("hamr", floor) and taken[name] and spent[name] > PEER_SECONDS:
                    continue
                begun = perf_counter()
                try:
                    taken[name].append(turn.take())
                except NoResult as error:
                    if name in ("hamr", floor):
                        raise
                    problems[name] = str(error)
                spent[name] += perf_counter() - begun
        return _figure(row, taken, problems, floor)

    def start(self, row: Row, commands: Mapping[str, list[str] | str], floor: str) -> Figure:
        """Fresh processes, in turns; a text is the reason why a peer has no such command."""
        turns = {name: one if isinstance(one, str) else _process(one, self.url) for name, one in commands.items()}
        for turn in turns.values():
            if isinstance(turn, Turn):
                _warm(turn)
        return self.measure(row, turns, floor)

    def _all(self) -> list[Contestant]:
        return [self.hamr, self.floor, *self.peers]

    def _turn(self, one: Contestant, row: Row) -> Turn | str:
        """A turn of about `seconds`: how often that is, one go tells; it counts where it is as long as a turn."""
        try:
            one.run(row.task, COUNT.sub("-10", row.model), 3)
            begun = perf_counter()
            counted = [one.run(row.task, row.model, 1)]
            took = perf_counter() - begun
        except NoResult as error:
            if one not in self.peers:
                raise
            return str(error)

        times = max(1, round(self.seconds / took))

        def take() -> float:
            taken = counted.pop() if counted and times == 1 else one.run(row.task, row.model, times)
            return taken / times * SCALE[row.unit] / row.per

        return Turn(take, took)


@contextmanager
def opened(*, peers: bool, quick: bool) -> Iterator[Lab]:
    """A lab with its mock provider; the peers are installed where they are asked for."""
    command = [sys.executable, "-m", "bench.server"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        url = f"http://127.0.0.1:{int(server.stdout.readline())}/v1"
        own = Path(sys.executable)
        others = [installed(peer, url) for peer in PEERS] if peers else []
        lab = Lab(url, Contestant("hamr", "hamr", own, url), Contestant("httpx2", "httpx2", own, url), others)
        try:
            yield _hurried(lab) if quick else lab
        finally:
            for one in (lab.hamr, lab.floor, *others):
                one.stop()
            server.stdin.close()


def _hurried(lab: Lab) -> Lab:
    return Lab(lab.url, lab.hamr, lab.floor, lab.peers, rounds=3, seconds=0.05)


def _process(command: list[str], url: str) -> Turn:
    """Milliseconds of CPU that a fresh process takes from its start to its end."""
    import os

    def take() -> float:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment(url), stdin=subprocess.DEVNULL, stdout=-3, stderr=subprocess.PIPE
        )
        assert process.stderr is not None
        told = process.stderr.read().decode("utf-8", "replace").strip()
        process.stderr.close()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            raise NoResult(told.splitlines()[-1][:200] if told else f"exit code {process.returncode}")
        return 1000 * (used.ru_utime + used.ru_stime)

    return Turn(take)


def _warm(turn: Turn) -> None:
    """Run once, so that bytecode and the system's caches are there; a failure shows at the next turn."""
    try:
        turn.take()
    except NoResult:
        return


def _figure(row: Row, taken: dict[str, list[float]], problems: dict[str, str], floor: str) -> Figure:
    """Medians; the ratio is the median of each round's own."""
    ratio = statistics.median(mine / least for mine, least in zip(taken["hamr"], taken[floor], strict=True))
    others = [name for name in taken if name not in ("hamr", floor)]
    return Figure(
        row,
        statistics.median(taken["hamr"]),
        statistics.median(taken[floor]),
        ratio,
        {name: problems.get(name) or statistics.median(taken[name]) for name in others},
    )
