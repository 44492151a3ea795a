"""The store in a real redis-server: what every store does, and what only this one has to."""

from __future__ import annotations

import asyncio
import os
import re
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from hamr.api import Claim, ConfigError, Grant, NoRoom, Secret, StateLost, StateStore
from hamr_state_redis import open_store
from hamr_state_redis.scripts import LEASE
from hamr_state_redis.store import RedisStore
from hamr_testkit.colours import Colour
from hamr_testkit.state_stores import NOWHERE, ONE, RPM, TPM, Clock, Do, StateStoreTests, boxed, granted, refused


def secret(url: str) -> Secret:
    return Secret(url, "the test")


@pytest.fixture
def do(colour: Colour) -> Do:
    return lambda flow: colour.result(boxed(flow), NOWHERE)[0]


class TestRedis(StateStoreTests):
    @pytest.fixture
    def make(self, clock: Clock, server: Any) -> Callable[[], StateStore]:
        return lambda: RedisStore(secret(server.url), clock)


forks = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
"""Since Python 3.12 that is warned of; here it is what is tested: no thread of the parent is in the child."""


@forks
def test_a_lease_comes_back_by_itself_when_its_process_has_died(server: Any, do: Do) -> None:
    clock = Clock()
    store = RedisStore(secret(server.url), clock)
    child = os.fork()
    if child == 0:
        do(store.claim([ONE]))
        os._exit(0)  # nothing is tidied up
    assert os.waitpid(child, 0)[1] == 0
    refused(do(store.claim([ONE], patience=0)))
    clock.now += LEASE + 0.1
    granted(do(store.claim([ONE])))
    store.close()


def test_a_lease_is_kept_for_as_long_as_its_call_goes_on(server: Any, do: Do, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hamr_state_redis.leases.BEAT", 0.05)
    clock = Clock()
    store = RedisStore(secret(server.url), clock)
    grant = granted(do(store.claim([ONE])))
    for _ in range(3):
        clock.now += LEASE - 1
        until = time.monotonic() + 20
        while f"{clock.now + LEASE:.0f}".encode() not in server.ask(
            b"ZRANGE {hamr}:leases:acme|k|concurrency 0 -1 WITHSCORES"
        ):
            assert time.monotonic() < until, "it is not renewed"
            time.sleep(0.02)
        refused(do(store.claim([ONE], patience=0)))
    do(store.settle(grant, {}))
    granted(do(store.claim([ONE])))
    store.close()


@forks
def test_a_fork_renews_nothing_of_its_parent(server: Any, do: Do) -> None:
    store = RedisStore(secret(server.url))
    grant = granted(do(store.claim([ONE])))
    child = os.fork()
    if child == 0:
        answer = do(store.claim([ONE], patience=0))
        store.release(grant)
        store.close()
        os._exit(0 if isinstance(answer, NoRoom) else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    refused(do(store.claim([ONE], patience=0)))
    do(store.settle(grant, {}))
    granted(do(store.claim([ONE])))
    store.close()


def test_a_claim_that_is_cancelled_half_way_holds_nothing(server: Any) -> None:
    """Pain 17: the thread goes on and is granted what nobody waits for any more."""
    from hamr.drive import AsyncDriven

    store = RedisStore(secret(server.url))
    made, left, answered = store.server.claim, threading.Event(), threading.Event()

    def slowly(*said: Any) -> Grant | NoRoom:
        left.wait(10)
        answer = made(*said)
        answered.set()
        return answer

    store.server.claim = slowly  # type: ignore[assignment, method-assign]  # a server that takes its time

    async def leave() -> None:
        async with AsyncDriven[Any, Any](boxed(store.claim([ONE])), NOWHERE) as driven:
            await asyncio.wait_for(driven.end(), 0.05)

    with pytest.raises(TimeoutError):
        asyncio.run(leave())
    left.set()
    assert answered.wait(5)
    store.server.claim = made  # type: ignore[method-assign]  # as above
    until = time.monotonic() + 5
    while isinstance(store.server.claim([ONE], None, 0, 7), NoRoom):
        assert time.monotonic() < until
        time.sleep(0.02)
    store.close()


def test_the_clock_is_the_servers(server: Any, do: Do, monkeypatch: pytest.MonkeyPatch) -> None:
    store = RedisStore(secret(server.url))
    granted(do(store.claim([RPM])))
    monkeypatch.setattr("time.time", lambda: 0.0)
    granted(do(store.claim([RPM])))
    assert 50 < refused(do(store.claim([RPM], patience=0))).seconds <= 60.25
    store.close()


def test_every_key_expires(server: Any, do: Do) -> None:
    store = RedisStore(secret(server.url))
    grant = granted(do(store.claim([RPM, TPM, ONE])))
    refused(do(store.claim([ONE])))
    do(store.settle(grant, {TPM.bucket: 700}))
    granted(do(store.claim([Claim("other|k|concurrency", "concurrency", 1, 1, "other")])))
    do(store.put("pool", {"a": "1"}))
    do(store.salt())
    names = re.findall(rb"\{hamr\}:\S+", server.ask(b"KEYS *"))
    assert len(names) == 7
    for name in names:
        seconds = int(re.findall(rb":(-?\d+)\r", server.ask(b"TTL " + name))[0])
        assert 0 < seconds <= 30 * 86_400, name
    store.close()


def test_a_server_that_has_lost_everything_goes_on_with_the_same_salt(
    server: Any, do: Do, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hamr_state_redis.store.FRESH", 0.0)
    store = RedisStore(secret(server.url))
    salt = do(store.salt())
    server.kill()
    server.start()
    granted(do(store.claim([RPM])))  # scripts are sent anew
    assert do(store.salt()) == salt
    assert RedisStore(secret(server.url)).server.salt(b"") == salt
    store.close()


def test_a_salt_that_somebody_else_has_put_there_is_one_all_the_same(server: Any, do: Do) -> None:
    server.ask(b"SET {hamr}:salt " + b"x" * 99)
    store = RedisStore(secret(server.url))
    assert do(store.salt()) == b"x" * 16
    store.close()


def test_a_table_that_many_change_at_once_ends_all_the_same(
    server: Any, do: Do, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hamr_state_redis.server.TRIES", 3)
    store, other = RedisStore(secret(server.url)), RedisStore(secret(server.url))
    calls = 0

    def work(rows: dict[str, str]) -> None:
        nonlocal calls
        calls += 1
        other.server.change("t", lambda more: more.update(b=str(calls)))
        rows["a"] = "1"

    do(store.change("t", work))
    assert calls == 3
    assert do(store.change("t", dict)) == {"a": "1", "b": "3"}
    store.close()
    other.close()


def test_a_server_that_is_gone_is_told_without_the_password(server: Any, do: Do) -> None:
    store = RedisStore(secret(server.url))
    granted(do(store.claim([RPM])))
    server.kill()
    for flow in (store.claim([RPM]), store.change("t", dict), store.put("t", {"a": "1"}), store.salt()):
        with pytest.raises(StateLost) as caught:
            do(flow)
        assert server.place in caught.value.message
        assert_hidden(server, caught.value)
    server.start()
    granted(do(store.claim([RPM])))
    store.close()


def test_a_wrong_password_is_told_and_not_shown(server: Any, do: Do) -> None:
    store = RedisStore(secret(server.url.replace("canary", "another-canary")))
    with pytest.raises(StateLost) as caught:
        do(store.claim([RPM]))
    assert "password" in caught.value.message.lower()
    assert_hidden(server, caught.value)
    assert "canary" not in store.place
    store.close()


def test_a_server_that_keeps_silent_is_given_up(do: Do) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        store = RedisStore(secret(f"redis://127.0.0.1:{silent.getsockname()[1]}/0?socket_timeout=0.1"))
        begun = time.monotonic()
        with pytest.raises(StateLost):
            do(store.claim([RPM]))
        assert time.monotonic() - begun < 8
        store.close()


def test_many_calls_at_once_do_not_wait_one_after_another_for_a_silent_server() -> None:
    """Pain 32: a loop has but few threads."""
    import socket

    from hamr.drive import arun

    with socket.create_server(("127.0.0.1", 0)) as silent:
        store = RedisStore(secret(f"redis://127.0.0.1:{silent.getsockname()[1]}/0?socket_timeout=0.5"))

        async def asking() -> list[Any]:
            flows = [arun(boxed(store.claim([RPM])), NOWHERE) for _ in range(200)]
            return await asyncio.gather(*flows, return_exceptions=True)

        begun = time.monotonic()
        failures = asyncio.run(asking())
        assert time.monotonic() - begun < 8
        assert {type(each) for each in failures} == {StateLost}
        store.close()


def test_a_key_of_somebody_elses_is_told(server: Any, do: Do) -> None:
    store = RedisStore(secret(server.url))
    server.ask(b"SET {hamr}:window:acme|k|rpm nonsense")
    with pytest.raises(StateLost, match="WRONGTYPE"):
        do(store.claim([RPM]))
    store.close()


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("redis://localhost", "redis://localhost:6379/0"),
        ("rediss://u:canary@redis.test:7000/3?ssl_cert_reqs=required", "rediss://redis.test:7000/3"),
        ("redis://:canary@[::1]:7000/", "redis://[::1]:7000/0"),
    ],
)
def test_a_place_has_no_password(url: str, place: str) -> None:
    assert open_store(secret(url)).place == place


@pytest.mark.parametrize("url", ["redis://", "redis://u:can/ary@host/0", "redis://[canary", "redis://canary@:6379"])
def test_a_url_that_is_none_is_told_without_a_word_of_it(url: str) -> None:
    with pytest.raises(ConfigError, match="the URL from the test") as caught:
        open_store(secret(url))
    assert "can" not in caught.value.message
    assert caught.value.__cause__ is None


def test_an_option_that_there_is_not_is_told(do: Do) -> None:
    store = RedisStore(secret("redis://:canary@127.0.0.1:1/0?canary_option=1"))
    with pytest.raises(ConfigError, match="option") as caught:
        do(store.claim([RPM]))
    assert "canary" not in str(caught.value)


def test_nothing_holds_up_the_event_loop(server: Any) -> None:
    """Pain 32."""
    from blockbuster import blockbuster_ctx

    from hamr.drive import arun

    store = RedisStore(secret(server.url))
    claim = Claim("acme|k|rpm", "rpm", 1_000, 1, "acme")

    async def asking() -> None:
        for _ in range(3):
            grant = granted((await arun(boxed(store.claim([claim, ONE])), NOWHERE))[0])
            await arun(boxed(store.settle(grant, {})), NOWHERE)
            await arun(boxed(store.change("t", lambda rows: rows.update(a="1"))), NOWHERE)
            store.release(granted((await arun(boxed(store.claim([claim])), NOWHERE))[0]))

    with blockbuster_ctx():
        asyncio.run(asking())
    store.close()


def assert_hidden(server: Any, error: BaseException) -> None:
    """Nothing of the password is in an error, nor in what it came of."""
    seen: BaseException | None = error
    while seen is not None:
        assert "canary" not in f"{seen!r} {seen}"
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
