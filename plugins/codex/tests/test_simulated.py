"""The plugin against the simulator, which speaks the same wire."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import pytest

from hamr import Hamr
from hamr.api import Tokens
from hamr_sim.lease import Lease
from hamr_testkit.authorization import AuthorizationServer
from hamr_testkit.simulated import STEADY, SimulatorTests


@pytest.fixture
def client(environ: Mapping[str, str], openai: AuthorizationServer, logged_in: Callable[..., Tokens]) -> Iterator[Hamr]:
    """A client whose backend is the simulator."""
    logged_in()
    lease = Lease()
    with Hamr(
        environ={**environ, "CODEX_BASE_URL": f"{lease.origin()}/v1", "CODEX_ISSUER": openai.url, **STEADY}
    ) as client:
        yield client
    lease.release()


class TestSimulated(SimulatorTests):
    provider = "codex"
    level = "low"
    served = "sim-echo"
    preface = 5
