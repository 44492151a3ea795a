"""The pytest plugin: colours, real traffic, plugins made up on the spot."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from hamr_testkit.canned import Canned, canned
from hamr_testkit.clock import Clock
from hamr_testkit.colours import Colour
from hamr_testkit.installing import Install, installer
from hamr_testkit.pages import Pages
from hamr_testkit.recordings import Recording, read
from hamr_testkit.scripted import ScriptedTransport
from hamr_testkit.wired import Wired

if TYPE_CHECKING:
    from hamr.transports.http import HttpTransport

EXTENSION = """
from hamr.api import hookimpl
TRANSPORT = None
@hookimpl
def hamr_transport(route):
    return TRANSPORT
"""

Recordings = Callable[[str], list[Recording]]
Wire = Callable[..., Wired]
Shape = Callable[[str, str], Any]


@pytest.fixture(params=["sync", "async"])
def colour(request: pytest.FixtureRequest) -> Colour:
    """Each colour in turn."""
    return Colour(request.param)


@pytest.fixture(scope="session")
def recordings(pytestconfig: pytest.Config) -> Recordings:
    """Read `<name>.jsonl`; skips, saying so, on a machine that has no recordings."""

    def find(name: str) -> list[Recording]:
        path = pytestconfig.rootpath.parent / "shared" / "recordings" / f"{name}.jsonl"
        if not path.exists():
            pytest.skip(f"real traffic is not on this machine: ../shared/recordings/{name}.jsonl")
        return read(path)

    return find


@pytest.fixture(scope="session")
def shape(pytestconfig: pytest.Config) -> Shape:
    """A validator for one root of a provider's published shapes; skips, saying so, where they are not there."""

    def find(name: str, root: str) -> Any:
        path = pytestconfig.rootpath.parent / "shared" / "specs" / f"{name}.json"
        if not path.exists():
            pytest.skip(f"the published shapes are not on this machine: ../shared/specs/{name}.json")
        jsonschema = pytest.importorskip("jsonschema")
        spec = json.loads(path.read_text(encoding="utf-8"))
        return jsonschema.Draft202012Validator({"$ref": f"#/$defs/{spec['roots'][root]}", "$defs": spec["$defs"]})

    return find


@pytest.fixture(scope="session")
def pages(pytestconfig: pytest.Config) -> Pages:
    """The pages whose examples must load as they stand."""
    return Pages(pytestconfig.rootpath.parent / "shared" / "reference" / "pages")


@pytest.fixture
def wire() -> Wire:
    """The wire of a model as its plugin sets it: `wire("mistral/mistral-small-latest")`."""
    return Wired


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Lay a made-up plugin down on `sys.path`: `install("acme", code=..., manifest=...)`."""
    return installer(tmp_path, monkeypatch)


@pytest.fixture
def transport() -> Iterator[HttpTransport]:
    """A transport of the test's own, over real connections."""
    from hamr.transports.http import HttpTransport

    made = HttpTransport()
    yield made
    made.close()


@pytest.fixture
def scripted(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> ScriptedTransport:
    """What answers all calls of clients that have `scripted.SCRIPTED` in their environment."""
    install = installer(tmp_path_factory.mktemp("scripted"), monkeypatch)
    install("scripted", dist="hamr-scripted", code=EXTENSION, group="hamr.extensions")
    transport = ScriptedTransport()
    importlib.import_module("hamr_scripted").TRANSPORT = transport  # type: ignore[attr-defined]  # the text above has it
    return transport


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock by which flows sleep: none of their waits takes time, and a busy machine changes none of them."""
    made = Clock()
    monkeypatch.setattr("hamr.drive.time", made)
    monkeypatch.setattr("hamr.held.time", made)
    monkeypatch.setattr("hamr.drive._sleep", made.asleep)
    return made


@pytest.fixture
def provider() -> Iterator[Canned]:
    """A provider on the loopback: `provider.answer(...)` before the call, `provider.asked` after it."""
    with canned() as server:
        yield server
