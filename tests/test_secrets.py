"""A key in every slot, every failure forced: nothing of it is seen (pain 36)."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from hamr import Hamr, HamrError, Settings, Timeouts
from hamr_testkit.canary import seen
from hamr_testkit.colours import Colour
from hamr_testkit.installing import Install

CANARY = "sk-canary-0123456789abcdef"
FAILURES = ("401", "404", "429", "500", "cut", "error", "malformed", "hang", "html", "context", "slow", "endless")
MANIFEST = """
api = 1
id = "acme"
name = "Acme"
base_url = "{url}"
base_url_env = ["ACME_BASE_URL"]
wire = "openai-completions"
auth = {{ style = "{style}", header = "x-api-key", env = ["ACME_KEY"] }}
headers = {{ x-own = "{canary}-own" }}
"""
QUICK = Settings(timeouts=Timeouts(connect=0.3, read=0.3, total=0.5), retries=1, retry_wait=0.01, max_bytes=20_000)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    from hamr_sim.lease import Lease

    lease = Lease()
    yield f"{lease.origin()}/v1"
    lease.release()


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("style", ["bearer", "header"])
def test_no_failure_shows_the_key(
    install: Install, colour: Colour, caplog: pytest.LogCaptureFixture, url: str, style: str, failure: str
) -> None:
    install("acme", manifest=MANIFEST.format(url=url, style=style, canary=CANARY))
    caplog.set_level(logging.DEBUG)
    with Hamr(environ={"ACME_KEY": CANARY}, settings=QUICK) as client:
        with pytest.raises(HamrError) as caught:
            colour.events(client, f"my key is {CANARY[:5]}", f"acme/{failure}")
        assert CANARY not in repr(client.pipeline(f"acme/{failure}").route.secret())
    assert CANARY not in seen(caught.value)
    assert CANARY not in caplog.text


@pytest.mark.parametrize("base_url", ["http://127.0.0.1:9/v1", "http://no-such-host.invalid/v1", "https://127.0.0.1:9"])
def test_no_missing_server_shows_the_key(
    install: Install, colour: Colour, caplog: pytest.LogCaptureFixture, base_url: str
) -> None:
    install("acme", manifest=MANIFEST.format(url=base_url, style="bearer", canary=CANARY))
    caplog.set_level(logging.DEBUG)
    with Hamr(environ={"ACME_KEY": CANARY}, settings=QUICK) as client, pytest.raises(HamrError) as caught:
        colour.call(client, "hi", "acme/m")
    assert CANARY not in seen(caught.value) + caplog.text


def test_a_key_with_a_line_break_is_refused_unseen(install: Install, colour: Colour, tmp_path: Path) -> None:
    install("acme", manifest=MANIFEST.format(url="http://127.0.0.1:9/v1", style="bearer", canary=CANARY))
    with Hamr(environ={"ACME_KEY": f"{CANARY}\nx: y"}) as client, pytest.raises(HamrError) as caught:
        colour.call(client, "hi", "acme/m")
    assert CANARY not in seen(caught.value)
