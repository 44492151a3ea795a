"""A real agent that is not ours, opencode, between the plugin and the simulator: `nox -s acp` brings it."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hamr import Hamr
from hamr.api import Image, Message, NoSuchModel, Text
from hamr_sim.server import Server
from hamr_sim.simulator import Simulator
from hamr_testkit.colours import Colour

AGENT = "HAMR_TEST_ACP_AGENT"
"""The variable that names opencode's command: it comes from npm, and takes seconds to start."""


@pytest.fixture(scope="module")
def environ(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """What the agent is started with: its models are the simulator's, and it knows nothing of its user's."""
    if not shutil.which(os.environ.get(AGENT, "")):
        pytest.skip(f"opencode is not here: {AGENT} names its command (`nox -s acp`)")
    home = tmp_path_factory.mktemp("home")
    with Server(Simulator()).start() as server:
        options = {"baseURL": f"{server.origin}/v1", "apiKey": "none"}
        models = {name: {"name": name.capitalize()} for name in ("echo", "thinking", "slow")}
        provider = {"npm": "@ai-sdk/openai-compatible", "name": "sim", "options": options, "models": models}
        config = {"provider": {"sim": provider}, "model": "sim/echo", "small_model": "sim/echo", "autoupdate": False}
        yield {
            "HOME": str(home),
            "OPENCODE_CONFIG_CONTENT": json.dumps(config),
            "OPENCODE_DISABLE_MODELS_FETCH": "1",
            **{f"XDG_{kind}_HOME": str(home / kind.lower()) for kind in ("CONFIG", "DATA", "STATE", "CACHE")},
        }


@pytest.fixture(scope="module")
def options(environ: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The same for all, so that the agent is started once for each call at a time."""
    folder = tmp_path_factory.mktemp("project")
    return {"options": {"acp": {"command": os.environ[AGENT], "env": environ, "cwd": str(folder)}}}


@pytest.fixture(scope="module")
def client() -> Iterator[Hamr]:
    with Hamr(environ={}) as client:
        yield client


def user(text: str) -> Message:
    return Message("user", (Text(text),))


def test_a_text(colour: Colour, client: Hamr, options: dict[str, Any]) -> None:
    response = colour.call(client, "hello there", "acp/opencode", **options)
    assert (response.text, response.finish_reason, response.model) == ("[sim] hello there", "stop", "sim/echo")
    assert response.usage is not None
    assert response.usage.input > 0
    assert not response.usage.estimated


def test_a_conversation_stays_in_its_session(colour: Colour, client: Hamr, options: dict[str, Any]) -> None:
    first = colour.call(client, "one", "acp/opencode", **options)
    second = colour.call(client, [user("one"), first.message, user("two")], "acp/opencode", **options)
    assert (second.id, second.text) == (first.id, "[sim] two")
    assert second.adaptations == ()


def test_a_session_is_brought_back(colour: Colour, client: Hamr, options: dict[str, Any]) -> None:
    first = colour.call(client, "one", "acp/opencode", **options)
    with Hamr(environ={}) as other:
        second = colour.call(other, [user("one"), first.message, user("two")], "acp/opencode", **options)
    assert (second.id, second.text) == (first.id, "[sim] two")


def test_thinking_and_the_choice_of_a_model(colour: Colour, client: Hamr, options: dict[str, Any]) -> None:
    response = colour.call(client, "hmm", "acp/opencode/sim/thinking", **options)
    assert response.model == "sim/thinking"
    assert response.thinking
    assert "hmm" in response.text


def test_a_model_that_is_not_offered(colour: Colour, client: Hamr, options: dict[str, Any]) -> None:
    with pytest.raises(NoSuchModel, match="sim/echo"):
        colour.call(client, "hello", "acp/opencode/nobody", **options)


def test_an_image(colour: Colour, client: Hamr, options: dict[str, Any]) -> None:
    message = Message("user", (Text("see"), Image(data=png(), media_type="image/png")))
    response = colour.call(client, [message], "acp/opencode", **options)
    assert "see" in response.text


def png() -> bytes:
    """One white pixel; the agent reads it before it sends it on."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0\xff\xff\xff")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def test_it_is_left_early(colour: Colour, client: Hamr, options: dict[str, Any]) -> None:
    async def leave() -> str:
        async with client.astream("a b c d e f g h", "acp/opencode/sim/slow", **options) as stream:
            return await anext(stream.texts())

    if colour.name == "async":
        assert asyncio.run(leave())
        return
    with client.stream("a b c d e f g h", "acp/opencode/sim/slow", **options) as stream:
        assert next(stream.texts())


def test_the_command_line(environ: dict[str, str], tmp_path: Path) -> None:
    hamr = Path(sys.executable).with_name("hamr")
    ran = subprocess.run(
        [hamr, "hello", "-m", f"acp/{os.environ[AGENT]} acp"], env={**os.environ, **environ}, cwd=tmp_path,
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "[sim] hello\n", "")
