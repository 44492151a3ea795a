"""What is got at slowly is got at once, for all who ask for it at the same time."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from hamr.errors import ConfigError
from hamr.secrets.lookups import Lookups


def test_whoever_asks_at_the_same_time_shares_the_outcome() -> None:
    lookups, begun, may_end, runs = Lookups(), threading.Event(), threading.Event(), []

    def look() -> str:
        runs.append(1)
        begun.set()
        may_end.wait(10)
        return "found"

    with ThreadPoolExecutor(8) as threads:
        found = [threads.submit(lookups.get, "name", look) for _ in range(8)]
        assert begun.wait(10)
        assert not lookups.has("name")
        may_end.set()
        assert [each.result(10) for each in found] == ["found"] * 8
    assert lookups.has("name")
    assert lookups.get("name", look) == "found"
    assert len(runs) == 1


def test_a_failure_is_for_those_who_waited_and_is_not_kept() -> None:
    lookups, begun, may_fail = Lookups(), threading.Event(), threading.Event()

    def fail() -> str:
        begun.set()
        may_fail.wait(10)
        raise ConfigError("no")

    with ThreadPoolExecutor(4) as threads:
        found = [threads.submit(lookups.get, "name", fail) for _ in range(4)]
        assert begun.wait(10)
        may_fail.set()
        assert all(isinstance(each.exception(10), ConfigError) for each in found)
    assert not lookups.has("name")
    assert lookups.get("name", lambda: "found") == "found"


def test_what_was_broken_off_is_begun_anew_by_the_next() -> None:
    def stop() -> str:
        raise KeyboardInterrupt

    lookups = Lookups()
    with pytest.raises(KeyboardInterrupt):
        lookups.get("name", stop)
    assert not lookups.has("name")
    assert lookups.get("name", lambda: "found") == "found"
