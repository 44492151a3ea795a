from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from hamr.api import Event, Request, Response, Route
from hamr_provider_bedrock.frames import frame
from hamr_provider_bedrock.wire import Converse
from hamr_testkit.reading import fold, read
from hamr_testkit.routes import route as made_route
from hamr_testkit.spoken import Spoken

Row = dict[str, Any]


@pytest.fixture
def route() -> Callable[..., Route]:
    """A route with these flags."""

    def make(model: str = "anthropic.claude-test-v1:0", **compat: Any) -> Route:
        return made_route("bedrock-converse", base_url="https://aws.test", compat=compat, model=model)

    return make


@pytest.fixture
def encode(route: Callable[..., Route]) -> Callable[..., tuple[Row, list[tuple[str, str]]]]:
    """The body of a request's call, and what was told of it: kind and field."""

    def run(request: Request, *args: Any, **flags: Any) -> tuple[Row, list[tuple[str, str]]]:
        there = route(*args, **flags)
        return Spoken(Converse(there), there).body(request)

    return run


@pytest.fixture
def decode(route: Callable[..., Route]) -> Callable[..., list[Event]]:
    """All events of one reply, given whole or in pieces."""

    def run(data: bytes | Sequence[bytes], *args: Any, **flags: Any) -> list[Event]:
        return read(Converse(route(*args, **flags)).decoder(), data)

    return run


@pytest.fixture
def folded() -> Callable[..., Response]:
    """The response that the events come to; raises the error where they end in one."""
    return fold


@pytest.fixture
def stream() -> Callable[..., bytes]:
    """Events as Bedrock frames them: `stream(("messageStart", {"role": "assistant"}), ...)`."""

    def write(*events: tuple[str, Any], kind: str = "event") -> bytes:
        return b"".join(message(name, said, kind) for name, said in events)

    return write


@pytest.fixture
def files(tmp_path: Path) -> Callable[..., dict[str, str]]:
    """Writes AWS's two files, and gives the environment that leads to them and says nothing else of credentials."""

    def write(credentials: str | None = None, config: str | None = None) -> dict[str, str]:
        folder = tmp_path / ".aws"
        folder.mkdir(exist_ok=True)
        for name, text in (("credentials", credentials), ("config", config)):
            if text is not None:
                (folder / name).write_text(text)
        return {"AWS_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true", "HOME": str(tmp_path)}

    return write


def message(name: str, said: Any, kind: str = "event") -> bytes:
    headers = {f":{kind}-type": name, ":content-type": "application/json", ":message-type": kind}
    return frame(headers, said if isinstance(said, bytes) else json.dumps(said).encode())


@pytest.fixture(scope="session")
def rows(pytestconfig: pytest.Config) -> Callable[[str], list[Row]]:
    """Recorded exchanges, `bytes` their replies as they came; skips on a machine that has none."""

    def find(name: str) -> list[Row]:
        path = pytestconfig.rootpath.parent / "shared" / "recordings" / f"bedrock.{name}.jsonl"
        if not path.exists():
            pytest.skip(f"real traffic is not on this machine: ../shared/recordings/{path.name}")
        return [_row(json.loads(line)) for line in Path(path).read_text(encoding="utf-8").splitlines()]

    return find


def _row(row: Row) -> Row:
    """A stream that was kept as the payloads of its events is framed again."""
    said = row.get("response_text")
    row["bytes"] = base64.b64decode(row["response_b64"]) if said is None else said.encode()
    if row.get("response_only") and "stream" in row["features"]:
        events = [next(iter(json.loads(line).items())) for line in said.splitlines() if line.strip()]
        row["bytes"] = b"".join(message(name, payload) for name, payload in events)
    return row
