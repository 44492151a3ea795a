"""Calls of a client whose redis-server goes away in mid-run, and comes back; in both colours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hamr import Hamr
from hamr.errors import RateLimited, StateLost
from hamr.types import Settings
from hamr_testkit.canary import KEYS, TAILS
from hamr_testkit.colours import Colour
from hamr_testkit.scripted import HI, SCRIPTED, ScriptedTransport

MODEL = "local/m"


class Machine:
    """A client with a folder of state of its own."""

    def __init__(self, folder: Path, server: Any, **environ: str) -> None:
        self.told: list[str] = []
        said = {"HAMR_STATE_DIR": str(folder), "HAMR_STATE_URL": server.url, "HAMR_LLM_RATE_LIMIT_MAX_WAIT_MS": "1"}
        self.client = Hamr(
            environ={**SCRIPTED, **said, **environ},
            settings=Settings(retries=0),
            folder=None,
            tell=lambda text, _: self.told.append(text),
        )

    def calls(self, colour: Colour, times: int = 1) -> list[str | None]:
        """The ends of the keys that served."""
        answers = [colour.call(self.client, "hi", MODEL) for _ in range(times)]
        return [answer.choice.key if answer.choice else None for answer in answers]


@pytest.fixture(autouse=True)
def _without_network(scripted: ScriptedTransport, monkeypatch: pytest.MonkeyPatch) -> None:
    scripted.play_always(HI)
    monkeypatch.setattr("hamr.state.substitutes.AGAIN", 0.0)


def test_two_machines_share_a_limit_and_neither_writes_a_file(tmp_path: Path, server: Any, colour: Colour) -> None:
    one = Machine(tmp_path / "1", server, LOCAL_API_KEY=KEYS[0], HAMR_RATE_LIMIT_LOCAL="2")
    two = Machine(tmp_path / "2", server, LOCAL_API_KEY=KEYS[0], HAMR_RATE_LIMIT_LOCAL="2")
    one.calls(colour)
    two.calls(colour)
    for machine in (one, two):
        with pytest.raises(RateLimited, match="2 calls a minute for local"):
            machine.calls(colour)
        machine.client.close()
    assert not list(tmp_path.rglob("*.sqlite"))
    kept = server.ask(b"KEYS *") + server.ask(b"HGETALL {hamr}:window:local")
    assert b"local|" in kept
    assert b"canary" not in kept


def test_a_limit_is_kept_on_this_machine_while_the_server_is_lost(tmp_path: Path, server: Any, colour: Colour) -> None:
    machine = Machine(tmp_path, server, LOCAL_API_KEY=KEYS[0], HAMR_RATE_LIMIT_LOCAL="2")
    machine.calls(colour)
    server.kill()
    machine.calls(colour, 2)
    with pytest.raises(RateLimited):
        machine.calls(colour)
    (told,) = machine.told
    assert told.startswith(f"limits are kept on this machine alone until {server.place} is back: {server.place}: ")
    server.start()
    machine.calls(colour, 2)
    with pytest.raises(RateLimited):
        machine.calls(colour)
    assert machine.told[1:] == [f"{server.place} is back"]
    assert not any("canary" in each for each in machine.told)
    machine.client.close()


def test_calls_go_on_without_limits_where_that_is_wanted(tmp_path: Path, server: Any, colour: Colour) -> None:
    server.kill()
    more = {"LOCAL_API_KEY": KEYS[0], "HAMR_RATE_LIMIT_LOCAL": "1", "HAMR_STATE_ON_FAILURE": "open"}
    machine = Machine(tmp_path, server, **more)
    machine.calls(colour, 3)
    assert [each.partition(":")[0] for each in machine.told] == ["limits are not kept until redis"]
    server.start()
    machine.calls(colour)
    with pytest.raises(RateLimited):
        machine.calls(colour)
    machine.client.close()


def test_calls_are_refused_where_that_is_wanted(tmp_path: Path, server: Any, colour: Colour) -> None:
    more = {"LOCAL_API_KEY": KEYS[0], "HAMR_RATE_LIMIT_LOCAL": "9", "HAMR_STATE_ON_FAILURE": "closed"}
    machine = Machine(tmp_path, server, **more)
    machine.calls(colour)
    server.kill()
    for _ in range(2):
        with pytest.raises(StateLost, match="cannot be told: redis://127") as caught:
            machine.calls(colour)
        assert "HAMR_STATE_ON_FAILURE" in caught.value.hint
    assert len(machine.told) == 1
    server.start()
    machine.calls(colour)
    machine.client.close()


def test_a_call_that_is_under_way_when_the_server_goes_ends_well(tmp_path: Path, server: Any) -> None:
    limits = {"HAMR_RATE_LIMIT_LOCAL_TPM": "5000", "HAMR_RATE_LIMIT_LOCAL_CONCURRENCY": "1"}
    machine = Machine(tmp_path, server, LOCAL_API_KEY=KEYS[0], **limits)
    with machine.client.stream("hi", MODEL) as stream:
        next(stream)
        server.kill()
        assert "".join(stream.texts()) == "Hi"
    assert len(machine.told) == 1
    machine.client.close()


def test_the_server_is_not_asked_again_at_once(
    tmp_path: Path, server: Any, colour: Colour, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hamr.state.substitutes.AGAIN", 60.0)
    machine = Machine(tmp_path, server, LOCAL_API_KEY=KEYS[0], HAMR_RATE_LIMIT_LOCAL="9")
    server.kill()
    machine.calls(colour)
    server.start()
    machine.calls(colour, 2)
    assert len(machine.told) == 1
    assert b"{hamr}:window" not in server.ask(b"KEYS *")
    machine.client.close()


def test_machines_take_turns_with_their_keys_and_know_who_rests(tmp_path: Path, server: Any, colour: Colour) -> None:
    one = Machine(tmp_path / "1", server, LOCAL_API_KEYS=",".join(KEYS))
    two = Machine(tmp_path / "2", server, LOCAL_API_KEYS=",".join(KEYS))
    served = [*one.calls(colour), *two.calls(colour), *one.calls(colour)]
    assert served == TAILS
    assert not list(tmp_path.rglob("*.sqlite"))
    server.kill()
    assert one.calls(colour) == TAILS[:1], "this machine begins anew"
    (told,) = one.told
    assert told.startswith("what pools learn is kept on this machine alone until")
    server.start()
    one.calls(colour)
    for machine in (one, two):
        machine.client.close()
    assert b"canary" not in server.ask(b"HGETALL {hamr}:table:pool")
