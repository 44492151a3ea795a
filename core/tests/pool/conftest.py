"""Clients whose calls go to several keys, and are answered by a script."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hamr import Hamr
from hamr.types import Settings
from hamr_testkit.canary import KEYS
from hamr_testkit.scripted import SCRIPTED, ScriptedTransport


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """Three keys of one provider, and a folder of their own for what becomes of them."""
    return {"HAMR_STATE_DIR": str(tmp_path), "LOCAL_API_KEYS": ",".join(KEYS)}


@pytest.fixture
def made(scripted: ScriptedTransport) -> Callable[..., Hamr]:
    """A client of this environment: `made(environ, told)`, where `told` gets what a user would be told."""

    def make(environ: dict[str, str], told: list[str] | None = None) -> Hamr:
        said = [] if told is None else told
        return Hamr(
            environ={**SCRIPTED, **environ},
            settings=Settings(retries=1, retry_wait=0.05),
            folder=None,
            tell=lambda text, _: said.append(text),
        )

    return make


@pytest.fixture
def client(made: Callable[..., Hamr], environ: dict[str, str]) -> Hamr:
    """A client with all three."""
    return made(environ)
