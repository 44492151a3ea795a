"""The pytest plugin: colours, real traffic, plugins made up on the spot."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hamr_testkit.canned import Canned, canned
from hamr_testkit.colours import Colour
from hamr_testkit.installing import Install, installer
from hamr_testkit.recordings import Recording, read


@pytest.fixture(params=["sync", "async"])
def colour(request: pytest.FixtureRequest) -> Colour:
    """Each colour in turn."""
    return Colour(request.param)


@pytest.fixture(scope="session")
def recordings(pytestconfig: pytest.Config) -> Callable[[str], list[Recording]]:
    """Read `<name>.jsonl`; skips, saying so, on a machine that has no recordings."""

    def find(name: str) -> list[Recording]:
        path = pytestconfig.rootpath.parent / "shared" / "recordings" / f"{name}.jsonl"
        if not path.exists():
            pytest.skip(f"real traffic is not on this machine: ../shared/recordings/{name}.jsonl")
        return read(path)

    return find


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Lay a made-up plugin down on `sys.path`: `install("acme", code=..., manifest=...)`."""
    return installer(tmp_path, monkeypatch)


@pytest.fixture
def provider() -> Iterator[Canned]:
    """A provider on the loopback: `provider.answer(...)` before the call, `provider.asked` after it."""
    with canned() as server:
        yield server
