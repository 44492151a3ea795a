"""What limits are in force, where they are set, and how much of each is used just now."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from hamr import Hamr
from hamr.drive import run
from hamr.types import Headroom, LimitUse
from hamr_testkit.colours import Colour
from hamr_testkit.scripted import SCRIPTED, Answer, ScriptedTransport

USED = {"prompt_tokens": 30, "completion_tokens": 12, "total_tokens": 42}
OK = Answer(
    (json.dumps({"choices": [{"message": {"content": "Hi"}, "finish_reason": "stop"}], "usage": USED}).encode(),),
    headers={
        "x-ratelimit-remaining-requests": "7",
        "x-ratelimit-limit-requests": "9",
        "x-ratelimit-reset-requests": "40s",
    },
)
LIMITS = {
    "HAMR_RATE_LIMIT_LOCAL": "30",
    "HARN_RATE_LIMIT_LOCAL_TPM": "5000",
    "HAMR_RATE_LIMIT_LOCAL_M_CONCURRENCY": "2",
}


@pytest.fixture(autouse=True)
def _without_network(scripted: ScriptedTransport) -> None:
    """All calls are answered alike."""
    scripted.play_always(OK)


def made(tmp_path: Path, limits: Any = None, **environ: str) -> Hamr:
    return Hamr(
        environ={**SCRIPTED, "HAMR_STATE_DIR": str(tmp_path), **environ},
        limits=limits,
        folder=None,
        tell=lambda *_: None,
    )


def used(client: Hamr) -> list[LimitUse]:
    pipeline = client.pipeline("local/m")
    return run(pipeline.usage(), pipeline.transport)


def test_each_limit_tells_where_it_is_set_and_what_is_used(colour: Colour, tmp_path: Path) -> None:
    """N-164."""
    client = made(tmp_path, {"local/m": {"rpm": 10}}, LOCAL_API_KEY="made-up", **LIMITS)
    before = used(client)
    assert [(each.scope, each.kind, each.limit, each.used) for each in before] == [
        ("local", "rpm", 30, 0),
        ("local", "tpm", 5000, 0),
        ("local/m", "rpm", 10, 0),
        ("local/m", "concurrency", 2, 0),
    ]
    assert [each.origin for each in before] == [
        "the environment variable HAMR_RATE_LIMIT_LOCAL",
        "the environment variable HARN_RATE_LIMIT_LOCAL_TPM",
        "Hamr(limits=...)",
        "the environment variable HAMR_RATE_LIMIT_LOCAL_M_CONCURRENCY",
    ]
    for _ in range(3):
        colour.call(client, "hi", "local/m")
    assert [each.used for each in used(client)] == [3, 3 * 42, 3, 0]
    assert used(client)[1].words == "126 of 5,000 tokens a minute used for local"


def test_where_nothing_is_set_nothing_is_told(tmp_path: Path) -> None:
    assert used(made(tmp_path)) == []
    assert list(tmp_path.iterdir()) == []


def test_each_key_of_a_pool_has_its_own(colour: Colour, tmp_path: Path) -> None:
    client = made(
        tmp_path,
        HAMR_RATE_LIMIT_LOCAL_RPM="5",
        LOCAL_API_KEYS="made-up-key-0123456789-aaaa,made-up-key-0123456789-bbbb",
    )
    for _ in range(3):
        colour.call(client, "hi", "local/m")
    assert [(each.key, each.used) for each in used(client)] == [("…aaaa", 2), ("…bbbb", 1)]


def test_what_the_provider_says_is_left_is_known_of_each_key(colour: Colour, tmp_path: Path) -> None:
    client = made(tmp_path, LOCAL_API_KEYS="made-up-key-0123456789-aaaa,made-up-key-0123456789-bbbb")
    colour.call(client, "hi", "local/m")
    first, second = client.pipeline("local/m").standing(time.time())
    assert (first.rests, first.seconds, first.breaker, second.room) == (None, None, "closed", ())
    (room,) = first.room
    assert room == Headroom("requests", 7, 9, room.resets)
    assert room.resets == pytest.approx(40, abs=5)


def test_a_command_is_not_run_to_tell_what_is_used(tmp_path: Path) -> None:
    """What it would print is not known, and so neither is what is used with it."""
    run_by = tmp_path / "was-run"
    config = tmp_path / "config"
    config.mkdir()
    (config / "auth.json").write_text(json.dumps({"local": {"type": "api_key", "key": f"!touch {run_by}; echo key"}}))
    client = made(tmp_path, HAMR_RATE_LIMIT_LOCAL_RPM="5", HAMR_AGENT_DIR=str(config))
    assert [each.used for each in used(client)] == [None]
    assert used(client)[0].words.startswith("? of 5 calls")
    assert not run_by.exists()
