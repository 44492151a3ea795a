"""Limits as programs set them, against the simulator."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from hamr import Hamr, RateLimited
from hamr_testkit.colours import Colour


def environ(folder: Path, **more: str) -> dict[str, str]:
    return {"HAMR_STATE_DIR": str(folder), "HAMR_LLM_RATE_LIMIT_MAX_WAIT_MS": "1", **more}


def test_limits_in_code(colour: Colour, tmp_path: Path) -> None:
    """N-164."""
    with Hamr(environ=environ(tmp_path), limits={"sim/echo": {"rpm": 2}}) as client:
        colour.call(client, "one", "sim/echo")
        colour.events(client, "two", "sim/echo")
        with pytest.raises(RateLimited, match="2 calls a minute for sim/echo"):
            colour.call(client, "three", "sim/echo")
        assert colour.call(client, "four", "sim/thinking").text


def test_limits_in_the_environment_hold_for_all_clients_together(colour: Colour, tmp_path: Path) -> None:
    """N-163."""
    variables = environ(tmp_path, HAMR_RATE_LIMIT_SIM_TPM="1500")
    with Hamr(environ=variables) as first, Hamr(environ=variables) as second:
        colour.call(first, "one", "sim/echo")  # 1,000 and a few were reserved, and given back
        colour.call(second, "two", "sim/echo")
        with first.stream("three", "sim/echo") as stream:
            next(stream)
            with pytest.raises(RateLimited, match="1,500 tokens a minute for sim"):
                colour.call(second, "four", "sim/echo")


def test_an_embedding_is_a_call(colour: Colour, tmp_path: Path) -> None:
    with Hamr(environ=environ(tmp_path), limits={"sim": {"rpm": 1}}) as client:
        colour.embed(client, "one", "sim/embed")
        with pytest.raises(RateLimited):
            colour.embed(client, "two", "sim/embed")
        assert client.models("sim").models, "a list of models is none"


def test_many_tasks_share_a_limit_of_calls_at_once(tmp_path: Path) -> None:
    async def ask() -> list[str]:
        async with Hamr(environ={"HAMR_STATE_DIR": str(tmp_path)}, limits={"sim": {"concurrency": 2}}) as client:
            return [r.text for r in await asyncio.gather(*(client.acall(str(n), "sim/echo") for n in range(6)))]

    assert asyncio.run(ask()) == [f"[sim] {n}" for n in range(6)]


def test_without_a_limit_nothing_of_it_is_imported(tmp_path: Path) -> None:
    code = f"""
import hamr, sys
client = hamr.Hamr(environ={environ(tmp_path)!r})
client.call("hi", "sim/echo")
assert "hamr.client" in sys.modules
print([name for name in sys.modules if "sqlite3" in name or "hamr.limits" in name or name == "hamr.estimate"])
client.close()
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
    assert not list(tmp_path.glob("*.sqlite"))


def test_a_program_that_closes_nothing_ends_quietly_and_leaves_no_mark(tmp_path: Path) -> None:
    """Pain 33."""
    code = f"""
import hamr
client = hamr.Hamr(environ={environ(tmp_path)!r}, limits={{"sim": {{"concurrency": 2}}}})
print(client.call("hi", "sim/echo").text)
"""
    ran = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    assert (ran.stdout, ran.stderr) == ("[sim] hi\n", "")
    assert not list((tmp_path / "locks").glob("holder-*"))
