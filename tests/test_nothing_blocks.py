"""No call that is awaited holds up the event loop, on any wire (pain 32)."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Awaitable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from blockbuster import BlockBuster, BlockingError, blockbuster_ctx

from hamr import Hamr, Response, tool
from hamr_sim.lease import Lease
from hamr_testkit import keyrings

KEYS = {
    "ANTHROPIC_API_KEY": "k",
    "OPENAI_API_KEY": "k",
    "GEMINI_API_KEY": "k",
    "COHERE_API_KEY": "k",
    "AZURE_OPENAI_API_KEY": "k",
    "AWS_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "AKIAX",
    "AWS_SECRET_ACCESS_KEY": "k",
    "VERTEX_AI_ACCESS_TOKEN": "k",
    "GOOGLE_CLOUD_PROJECT": "p",
    "GOOGLE_CLOUD_LOCATION": "us-central1",
}
URLS = {
    "OPENAI_BASE_URL": "/v1",
    "ANTHROPIC_BASE_URL": "",
    "GEMINI_BASE_URL": "/v1beta",
    "COHERE_BASE_URL": "",
    "AZURE_OPENAI_ENDPOINT": "",
    "BEDROCK_BASE_URL": "",
    "OLLAMA_HOST": "",
    "VERTEX_AI_BASE_URL": "/v1beta1",
}
ROUTES = [
    ("openai", "chat"),
    ("openai", "responses"),
    ("anthropic", None),
    ("gemini", None),
    ("vertex", None),
    ("bedrock", None),
    ("azure", None),
    ("ollama", None),
    ("cohere", None),
]


GATE = "until [ -e {}/gate ]; do sleep 0.02; done"
Result = TypeVar("Result")


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    lease = Lease()
    yield lease.origin()
    lease.release()


@pytest.fixture
def environ(origin: str) -> dict[str, str]:
    return {**KEYS, **{name: origin + path for name, path in URLS.items()}}


def watched() -> Any:
    """The detector, in hamr and its plugins.

    A look at a small file of the user's own (`os.stat`) is let pass: it is over sooner than a thread begins.
    """
    import hamr
    import hamr_provider_bedrock
    import hamr_provider_cohere
    import hamr_provider_ollama
    import hamr_provider_vertex

    return blockbuster_ctx(
        [hamr, hamr_provider_bedrock, hamr_provider_cohere, hamr_provider_ollama, hamr_provider_vertex]
    )


def spare(detector: BlockBuster) -> None:
    """Stop looking for what is let pass."""
    for name in ("os.stat", "os.path.abspath", "os.getcwd"):
        detector.functions[name].deactivate()


@tool
def weather(city: str) -> str:
    """The weather in a city."""
    return f"sunny in {city}"


async def talk(client: Hamr, provider: str, mode: str | None) -> list[str]:
    options: Any = {"api_mode": mode} if mode else {}
    whole = await client.acall("hi", f"{provider}/echo", **options)
    async with client.astream("hi", f"{provider}/echo", **options) as stream:
        pieces = "".join([text async for text in stream.texts()])
    run = await client.arun("weather?", f"{provider}/tools", tools=[weather], **options)
    return [whole.text, pieces, run.text]


@pytest.mark.parametrize(("provider", "mode"), ROUTES)
def test_calls_streams_and_tools_hold_up_nobody(environ: dict[str, str], provider: str, mode: str | None) -> None:
    async def main() -> list[str]:
        async with Hamr(environ=environ, folder=None) as client:
            await talk(client, provider, mode)  # what is imported and read at the first call is not looked at
            with watched() as detector:
                spare(detector)
                return await talk(client, provider, mode)

    said, streamed, ran = asyncio.run(main())
    assert said == streamed == "[sim] hi"
    assert "sunny in sim" in ran


async def while_it_waits(work: Awaitable[Result], begun: Path) -> Result:
    """What is awaited here: it waits for a gate that the event loop opens, which it can't where it is held up."""
    going = asyncio.ensure_future(work)
    await asyncio.to_thread(await_file, begun)
    await asyncio.to_thread(begun.with_name("gate").touch)
    return await going


def await_file(path: Path) -> None:
    ends = time.monotonic() + 10
    while not path.exists() and time.monotonic() < ends:
        time.sleep(0.01)


def files(folder: Path, id: str, place: str, command: str) -> None:
    """A key that a command prints, stored or named by a file of the user's."""
    stored = {id: {"type": "api_key", "key": f"!{command}"}}
    several = {id: {"type": "api_keys", "keys": [f"!{command}", "another-key"]}}
    (folder / "auth.json").write_text(json.dumps({"stored": stored, "several": several}.get(place, {})))
    named = f'[providers.{id}]\napi_key = "!{command}"\n' if place == "named" else ""
    (folder / "providers.toml").write_text(named)
    for name in ("auth.json", "providers.toml"):
        (folder / name).chmod(0o600)


@pytest.mark.parametrize("place", ["stored", "several", "named"])
@pytest.mark.parametrize("id", ["openai", "anthropic", "azure", "bedrock", "vertex"])
def test_a_command_that_prints_a_key_holds_up_nobody(
    environ: dict[str, str], tmp_path: Path, id: str, place: str
) -> None:
    """H-60, H-64: the first time and, named by a file, each time; stored it runs once for all who wait for it."""
    keyless = {name: value for name, value in environ.items() if value != "k" and "TOKEN" not in name}
    own = {
        **keyless,
        "HAMR_AGENT_DIR": str(tmp_path),
        "HAMR_CONFIG_DIR": str(tmp_path),
        "PATH": os.environ["PATH"],
        "HAMR_STATE_DIR": str(tmp_path),
    }
    files(tmp_path, id, place, f"echo run >> {tmp_path}/runs; {GATE.format(tmp_path)}; echo made-up-key-0123456789")

    async def main() -> list[Response]:
        async with Hamr(environ={**environ, "AZURE_OPENAI_API_KEY": "k"}, folder=None) as client:
            await client.acall("hi", f"{id}/echo")  # imports what the first call needs
        async with Hamr(environ=own, folder=None) as client:
            calls = asyncio.gather(*(client.acall("hi", f"{id}/echo") for _ in range(3)))
            return await while_it_waits(calls, tmp_path / "runs")

    assert [each.text for each in asyncio.run(main())] == ["[sim] hi"] * 3
    assert (tmp_path / "runs").read_text().count("run") == (3 if place == "named" else 1)


@pytest.mark.parametrize("id", ["openai", "azure", "vertex"])
def test_a_slow_keyring_holds_up_nobody(
    environ: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, id: str
) -> None:
    for name, value in keyrings.named("SlowKeyring", tmp_path / "keyring.json").items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("keyring.core._keyring_backend", None)
    (tmp_path / "keyring.json").write_text(json.dumps({f"hamr/{id}:1": "made-up-key-0123456789"}))
    stored = {id: {"type": "api_key", "key": {"keyring": f"{id}:1", "tail": "…6789"}}}
    (tmp_path / "auth.json").write_text(json.dumps(stored))
    keyless = {name: value for name, value in environ.items() if value != "k" and "TOKEN" not in name}
    own = {**keyless, "HAMR_AGENT_DIR": str(tmp_path), "HAMR_STATE_DIR": str(tmp_path)}

    async def main() -> list[Response]:
        async with Hamr(environ={**environ, "AZURE_OPENAI_API_KEY": "k"}, folder=None) as client:
            await client.acall("hi", f"{id}/echo")  # imports what the first call needs
        async with Hamr(environ=own, folder=None) as client:
            calls = asyncio.gather(*(client.acall("hi", f"{id}/echo") for _ in range(3)))
            return await while_it_waits(calls, tmp_path / "keyring.json.asked")

    assert [each.text for each in asyncio.run(main())] == ["[sim] hi"] * 3
    assert (tmp_path / "keyring.json.asked").read_text() == "r", "it is asked once for all who wait"


def test_what_holds_up_the_loop_is_found(tmp_path: Path) -> None:
    """The detector is awake."""
    from hamr.storage.files import write_whole

    async def main() -> None:
        with watched() as detector:
            spare(detector)
            write_whole(tmp_path / "file", b"text")

    with pytest.raises(BlockingError):
        asyncio.run(main())
