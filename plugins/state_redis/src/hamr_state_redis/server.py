"""What the server is asked, by blocking; each method raises StateLost."""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from hamr.api import Claim, ConfigError, Grant, NoRoom, StateLost
from hamr_state_redis import scripts
from hamr_state_redis.scripts import LEASE, SLOTS, WINDOW, key

if TYPE_CHECKING:
    from hamr_state_redis.address import Address
    from hamr_state_redis.leases import Lease

Result = TypeVar("Result")

PATIENCE = 1.0
"""Seconds to wait for the server, to connect and then to answer; `socket_timeout` in the URL says another."""
CONNECTIONS = 10_000
KEPT = 7 * 86_400
"""Seconds for which a table is kept that nobody changes."""
LASTING = {"budgets": 400 * 86_400}
"""The same for tables of what counts for longer: a budget may be for a month, or for all time."""
SALT = 16
"""Bytes of it."""
SALT_KEPT = 30 * 86_400
TRIES = 20
"""How often a table is read anew that another has changed meanwhile; then the later one counts."""


class Server:
    """The server at an address, connected to when it is first asked; `clock` tells the time in place of its own."""

    def __init__(self, address: Address, clock: Callable[[], float] | None) -> None:
        self.address = address
        self._clock = clock
        self._lock = threading.Lock()
        self._client: Any = None
        self._scripts: dict[str, Any] = {}
        self._silent_until = 0.0
        """Who asks until then does not wait to find out what another has just found out: there are but few threads."""

    def claim(self, claims: Sequence[Claim], ticket: int | None, patience: float, lease: int) -> Grant | NoRoom:
        """Reserve all, or none."""
        keys = [key("tickets"), *(each for claim in claims for each in _keys(claim))]
        numbers = [WINDOW, SLOTS, scripts.GONE, scripts.POLL, LEASE]
        wanted = [each for claim in claims for each in (_kind(claim), claim.limit, claim.charged)]
        answer = self._run("claim", keys, [self._now(), ticket or 0, min(patience, 1e9), lease, *numbers, *wanted])
        if answer[0]:
            return Grant(claims, int(answer[1]), lease)
        return NoRoom(float(answer[2]), claims[int(answer[1]) - 1], int(answer[3]) or None)

    def settle(self, grant: Grant, used: Mapping[str, int]) -> None:
        """Put what was used in place of what was reserved, and give back the lease."""
        more = [(_kind(each), used.get(each.bucket, each.charged) - each.charged) for each in grant.claims]
        said = [each for pair in more for each in pair]
        keys = [_keys(each)[0] for each in grant.claims]
        self._run("settle", keys, [self._now(), grant.lease, grant.at, WINDOW, SLOTS, *said])

    def used(self, claims: Sequence[Claim]) -> Sequence[int]:
        """How much of each is used just now."""
        if not claims:
            return []
        said = [self._now(), WINDOW, SLOTS, *map(_kind, claims)]
        return [int(each) for each in self._run("used", [_keys(each)[0] for each in claims], said)]

    def renew(self, leases: Sequence[Lease]) -> None:
        """The calls go on."""
        self._run("renew", [each for each, _ in leases], [self._now(), LEASE, *(lease for _, lease in leases)])

    def change(self, table: str, work: Callable[[dict[str, str]], Result]) -> Result:
        """Read a table and write what `work` has changed in it, again where another was quicker."""
        place = key("table", table)
        for left in reversed(range(TRIES)):
            version, before = self._read(place)
            rows = dict(before)
            result = work(rows)
            changed = {name: value for name, value in rows.items() if before.get(name) != value}
            gone = before.keys() - rows.keys()
            kept = LASTING.get(table, KEPT)
            if not (changed or gone) or self._write(place, version if left else "", changed, gone, kept):
                break
            time.sleep(random.uniform(0.0, 0.005))  # noqa: S311  # so that two do not meet again
        return result

    def put(self, table: str, rows: Mapping[str, str]) -> None:
        """Write some rows, whatever was there."""
        self._write(key("table", table), "", rows, ())

    def salt(self, known: bytes) -> bytes:
        """The salt that is kept; `known` where there is none, or a new one."""

        def work(client: Any) -> bytes:
            asking = client.pipeline(transaction=True)
            asking.set(key("salt"), known or os.urandom(SALT), nx=True)
            asking.expire(key("salt"), SALT_KEPT)
            asking.get(key("salt"))
            found: bytes = asking.execute()[-1]
            return found.ljust(SALT, b"\0")[:SALT]  # whatever somebody has put there, all see the same

        return self._ask(work)

    def close(self) -> None:
        """Let go of all connections."""
        with self._lock:
            client, self._client = self._client, None
            self._scripts.clear()
        if client is not None:
            client.close()

    def _read(self, place: str) -> tuple[str, dict[str, str]]:
        found: Mapping[bytes, bytes] = self._ask(lambda client: client.hgetall(place))
        rows = {name.decode(errors="replace"): value.decode(errors="replace") for name, value in found.items()}
        return rows.pop("v", "0"), {name[1:]: value for name, value in rows.items()}

    def _write(self, place: str, version: str, rows: Mapping[str, str], gone: Any, kept: int = KEPT) -> bool:
        pairs = [each for name, value in rows.items() for each in (f"={name}", value)]
        said = [version, kept * 1000, len(rows), *pairs, *(f"={name}" for name in gone)]
        return bool(self._run("change", [place], said))

    def _now(self) -> float | str:
        return self._clock() if self._clock else ""

    def _run(self, name: str, keys: Sequence[str], said: Sequence[Any]) -> Any:
        def work(client: Any) -> Any:
            if (script := self._scripts.get(name)) is None:
                script = self._scripts[name] = client.register_script(scripts.source(name))
            return script(keys, said, client)

        return self._ask(work)

    def _ask(self, work: Callable[[Any], Result]) -> Result:
        import redis

        if time.monotonic() < self._silent_until:
            raise self._lost("it has just kept silent")
        try:
            return work(self._connected())
        except redis.TimeoutError as error:
            self._silent_until = time.monotonic() + PATIENCE
            lost = self._lost(str(error))
        except (redis.RedisError, OSError, ValueError) as error:
            lost = self._lost(str(error).strip() or type(error).__name__)
        raise lost

    def _lost(self, told: str) -> StateLost:
        told = self.address.without_secrets(told)
        return StateLost(f"{self.address.place}: {told}", hint="Is the server there, and does it let this user in?")

    def _connected(self) -> Any:
        import redis
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        with self._lock:
            if self._client is None:
                self._client = redis.Redis.from_url(
                    self.address.url.reveal(),
                    socket_timeout=PATIENCE,
                    socket_connect_timeout=PATIENCE,
                    max_connections=CONNECTIONS,
                    retry=Retry(NoBackoff(), 0),  # what was asked twice would be reserved twice
                )
                try:
                    self._client.connection_pool.make_connection()  # it connects to nothing yet
                except TypeError:
                    self._client = None
                    raise ConfigError(
                        f"the URL from {self.address.url.origin} has an option that there is not",
                        hint="The options are those of redis-py's connections, such as ?socket_timeout=2.",
                    ) from None
            return self._client


def _kind(claim: Claim) -> str:
    return "c" if claim.kind == "concurrency" else "w"


def _keys(claim: Claim) -> tuple[str, str]:
    return key("leases" if claim.kind == "concurrency" else "window", claim.bucket), key("queue", claim.bucket)
