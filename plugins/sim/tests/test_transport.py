"""The server that the first call starts, and who holds it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import hamr
from hamr_sim.lease import end_server
from hamr_sim.transport import SimTransport

if TYPE_CHECKING:
    from hamr_sim.server import Server
    from hamr_testkit.colours import Colour


def serving() -> int:
    """How many servers run in this process."""
    return sum(thread.name == "hamr-sim" for thread in threading.enumerate())


@pytest.fixture(autouse=True)
def alone() -> None:
    """Without a server that a client of another test, never closed, has left behind."""
    end_server()


@pytest.fixture
def client() -> Iterator[hamr.Hamr]:
    with hamr.Hamr(environ={}) as made:
        yield made


def run(code: str, **environ: str) -> str:
    """What the code prints, in a Python of its own that takes every warning for an error and may print none."""
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=30, env={**os.environ, **environ}, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_nothing_is_started_before_the_first_call(client: hamr.Hamr) -> None:
    client.pipeline("sim/echo")
    stream = client.stream("hi", "sim/echo")
    assert serving() == 0
    with stream:
        assert stream.response.text == "[sim] hi"
    assert serving() == 1


def test_all_routes_and_clients_share_one_server_which_ends_with_the_last(colour: Colour) -> None:
    with hamr.Hamr(environ={}) as other:
        with hamr.Hamr(environ={}) as one:
            for model in ("sim/echo", "sim/thinking"):
                colour.call(one, "hi", model)
                colour.call(other, "hi", model)
            assert serving() == 1
        assert colour.call(other, "still here", "sim/echo").text == "[sim] still here"
        assert serving() == 1
    assert serving() == 0


def test_a_client_outlives_the_end_of_its_server(colour: Colour, client: hamr.Hamr) -> None:
    assert colour.call(client, "one", "sim/echo").text == "[sim] one"
    end_server()
    assert colour.call(client, "two", "sim/echo").text == "[sim] two"


def test_a_closed_client_may_be_used_again(colour: Colour, client: hamr.Hamr) -> None:
    colour.call(client, "hi", "sim/echo")
    client.close()
    assert serving() == 0
    assert colour.call(client, "again", "sim/echo").text == "[sim] again"


def test_an_awaiting_client_lets_go_too() -> None:
    async def ask() -> str:
        async with hamr.Hamr(environ={}) as client:
            return (await client.acall("hi", "sim/echo")).text

    assert asyncio.run(ask()) == "[sim] hi"
    assert serving() == 0


def test_a_stream_left_early_ends_its_reply(colour: Colour, server: Server, eventually: Any) -> None:
    environ = {"SIM_BASE_URL": server.base_url}

    async def leave(client: hamr.Hamr) -> None:
        async with client.astream("hi", "sim/endless") as stream:
            async for _ in stream:
                return

    with hamr.Hamr(environ=environ) as client:
        if colour.name == "async":
            asyncio.run(leave(client))
        else:
            with client.stream("hi", "sim/endless") as stream:
                next(stream)
        eventually(lambda: server.closed_early == 1)


def test_with_a_base_url_nothing_is_started_or_wrapped(colour: Colour, server: Server) -> None:
    with hamr.Hamr(environ={"SIM_BASE_URL": f"{server.base_url}/"}) as client:
        assert not isinstance(client.pipeline("sim/echo").transport, SimTransport)
        before = serving()
        assert colour.call(client, "hi", "sim/echo").text == "[sim] hi"
        assert serving() == before


def test_many_calls_at_once_start_one_server(client: hamr.Hamr) -> None:
    async def ask() -> list[str]:
        calls = (client.acall(f"number {number}", "sim/echo") for number in range(64))
        return [response.text for response in await asyncio.gather(*calls)]

    assert asyncio.run(ask()) == [f"[sim] number {number}" for number in range(64)]
    assert serving() == 1


def test_a_script_is_named_by_the_environment(
    client: hamr.Hamr, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "script.toml"
    path.write_text('[[replies]]\ntext = "one"\n[[replies]]\nerror = { status = 429, retry_after = 3 }\n')
    monkeypatch.setenv("HAMR_SIM_SCRIPT", str(path))
    response = client.call("hi", "sim/script")
    assert (response.text, response.model) == ("one", "sim-script")
    with pytest.raises(hamr.RateLimited) as raised:
        client.call("hi", "sim/script", retries=0)
    assert raised.value.retry_after == 3


def test_a_wrong_script_is_told_by_the_first_call(
    colour: Colour, client: hamr.Hamr, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HAMR_SIM_SCRIPT", str(tmp_path / "missing.toml"))
    with pytest.raises(hamr.ConfigError, match=r"missing\.toml"):
        colour.call(client, "hi", "sim/script")
    assert serving() == 0


@pytest.mark.parametrize(
    "ask",
    [
        "print(hamr.call('hi', 'sim/echo').text)",
        "import asyncio; print(asyncio.run(hamr.acall('hi', 'sim/echo')).text)",
        "client = hamr.Hamr(); print(client.call('hi', 'sim/echo').text)",
    ],
)
def test_a_program_may_end_without_closing_anything(ask: str) -> None:
    assert run(f"import hamr; {ask}") == "[sim] hi\n"


def test_loading_the_plugin_imports_no_server() -> None:
    code = "import hamr_sim, sys; print({'http.server', 'socketserver', 'click', 'hamr_sim.server'} & {*sys.modules})"
    assert run(code) == "set()\n"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_child_has_a_server_of_its_own() -> None:
    code = """
import hamr, os, warnings
warnings.simplefilter("ignore", DeprecationWarning)  # of forking with threads, which is what is tried here
client = hamr.Hamr()
client.call("hi", "sim/echo")
child = os.fork()
if not child:
    with hamr.Hamr() as own:
        os._exit(0 if own.call("hi", "sim/echo").text == "[sim] hi" else 1)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), client.call("on", "sim/echo").text)
client.close()
"""
    assert run(code) == "0 [sim] on\n"
