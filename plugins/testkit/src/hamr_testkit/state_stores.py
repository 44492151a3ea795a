"""What every StateStore does: a class of tests to inherit from."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from hamr.api import Claim, Grant, NoRoom

if TYPE_CHECKING:
    from hamr.api import Flow, StateStore
    from hamr_testkit.colours import Colour

Result = TypeVar("Result")
Do = Callable[["Flow[Any]"], Any]

RPM = Claim("acme|k|rpm", "rpm", 2, 1, "acme")
TPM = Claim("acme|k|tpm", "tpm", 1_000, 600, "acme")
ONE = Claim("acme|k|concurrency", "concurrency", 1, 1, "acme")
MINUTE = 60.25
"""A window, and the slot that its first call was in."""
NOWHERE: Any = None
"""A store opens nothing."""


class Clock:
    """Stands still until it is set."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


def granted(answer: Grant | NoRoom) -> Grant:
    """The grant that there must be."""
    assert isinstance(answer, Grant)
    return answer


def refused(answer: Grant | NoRoom) -> NoRoom:
    """The wait that there must be."""
    assert isinstance(answer, NoRoom)
    return answer


def boxed(flow: Flow[Result]) -> Flow[tuple[Result]]:
    """What a flow returns, which may be nothing."""
    return ((yield from flow),)


class StateStoreTests:
    """Inherit from it, and give `make` as a fixture: what opens the store once more, as another process would."""

    @pytest.fixture
    def clock(self) -> Clock:
        """The time of day, as the store sees it."""
        return Clock()

    @pytest.fixture
    def make(self, clock: Clock) -> Callable[[], StateStore]:
        """What opens the store."""
        raise NotImplementedError

    @pytest.fixture
    def store(self, make: Callable[[], StateStore]) -> Iterator[StateStore]:
        """The store."""
        made = make()
        yield made
        made.close()

    @pytest.fixture
    def do(self, colour: Colour) -> Do:
        """Runs a flow, in each colour."""
        return lambda flow: colour.result(boxed(flow), NOWHERE)[0]

    def test_the_limit_is_admitted_and_no_more_until_the_minute_is_over(
        self, store: StateStore, clock: Clock, do: Do
    ) -> None:
        granted(do(store.claim([RPM])))
        granted(do(store.claim([RPM])))
        wait = refused(do(store.claim([RPM])))
        assert wait.seconds == pytest.approx(MINUTE)
        assert wait.claim is RPM
        clock.now += wait.seconds
        granted(do(store.claim([RPM], wait.ticket)))

    def test_the_window_slides(self, store: StateStore, clock: Clock, do: Do) -> None:
        granted(do(store.claim([RPM])))
        clock.now += 40
        granted(do(store.claim([RPM])))
        clock.now += 20.25
        granted(do(store.claim([RPM])))
        assert refused(do(store.claim([RPM]))).seconds == pytest.approx(MINUTE - 20.25)

    def test_what_is_used_can_be_read_without_using_any(self, store: StateStore, clock: Clock, do: Do) -> None:
        assert do(store.used([RPM, TPM, ONE])) == [0, 0, 0]
        first = granted(do(store.claim([RPM, TPM, ONE])))
        assert do(store.used([ONE, TPM, RPM])) == [1, 600, 1]
        do(store.settle(first, {TPM.bucket: 700}))
        clock.now += 30
        granted(do(store.claim([RPM])))
        assert do(store.used([RPM, TPM, ONE])) == [2, 700, 0]
        clock.now += 31
        assert do(store.used([RPM, TPM])) == [1, 0]
        assert do(store.used([])) == []

    def test_all_claims_are_reserved_or_none(self, store: StateStore, do: Do) -> None:
        granted(do(store.claim([RPM, TPM])))
        wait = refused(do(store.claim([RPM, TPM], patience=0)))
        assert wait.claim is TPM
        assert wait.ticket is None
        granted(do(store.claim([RPM])))
        refused(do(store.claim([RPM])))

    def test_what_was_not_used_is_given_back_and_what_was_used_beyond_is_charged(
        self, store: StateStore, do: Do
    ) -> None:
        """Pain 30."""
        grant = granted(do(store.claim([TPM])))
        do(store.settle(grant, {TPM.bucket: 100}))
        grant = granted(do(store.claim([TPM])))
        refused(do(store.claim([TPM], patience=0)))
        do(store.settle(grant, {TPM.bucket: 5_000}))
        assert refused(do(store.claim([TPM], patience=0))).seconds == pytest.approx(MINUTE)

    def test_a_claim_beyond_the_whole_limit_waits_until_nothing_else_is_there(
        self, store: StateStore, clock: Clock, do: Do
    ) -> None:
        """N-165."""
        granted(do(store.claim([Claim(TPM.bucket, "tpm", 1_000, 1, "acme")])))
        large = Claim(TPM.bucket, "tpm", 1_000, 9_999, "acme")
        wait = refused(do(store.claim([large])))
        clock.now += wait.seconds
        granted(do(store.claim([large], wait.ticket)))

    def test_a_lease_is_free_when_its_call_has_ended(self, store: StateStore, do: Do) -> None:
        grant = granted(do(store.claim([ONE])))
        refused(do(store.claim([ONE], patience=0)))
        do(store.settle(grant, {}))
        granted(do(store.claim([ONE])))

    def test_a_lease_is_free_when_its_call_was_given_up(self, store: StateStore, clock: Clock, do: Do) -> None:
        store.release(granted(do(store.claim([ONE, TPM]))))
        until = threading.Event()
        for _ in range(100):  # it may be given back behind our back
            answer = do(store.claim([ONE], patience=0))
            if isinstance(answer, Grant):
                break
            until.wait(0.02)
        granted(answer)
        refused(do(store.claim([TPM], patience=0)))

    def test_who_waits_is_served_before_who_comes_later(self, store: StateStore, clock: Clock, do: Do) -> None:
        """A large call is not starved by small ones (N-167)."""
        granted(do(store.claim([TPM])))
        large = refused(do(store.claim([TPM])))
        small = Claim(TPM.bucket, "tpm", 1_000, 300, "acme")
        refused(do(store.claim([small])))
        clock.now += 1.0
        assert refused(do(store.claim([TPM], large.ticket))).ticket == large.ticket
        clock.now += 2.1  # it does not ask again: it has gone
        granted(do(store.claim([small])))

    def test_a_clock_set_back_holds_nobody_up_for_longer_than_a_minute(
        self, store: StateStore, clock: Clock, do: Do
    ) -> None:
        granted(do(store.claim([RPM])))
        granted(do(store.claim([RPM])))
        clock.now -= 86_400
        wait = refused(do(store.claim([RPM])))
        assert 0 < wait.seconds <= MINUTE
        clock.now += wait.seconds
        granted(do(store.claim([RPM], wait.ticket)))

    def test_a_clock_set_forward_begins_a_new_minute(self, store: StateStore, clock: Clock, do: Do) -> None:
        granted(do(store.claim([RPM])))
        granted(do(store.claim([RPM])))
        clock.now += 86_400
        granted(do(store.claim([RPM])))

    def test_two_share_their_limits(self, store: StateStore, make: Callable[[], StateStore], do: Do) -> None:
        other = make()
        grant = granted(do(store.claim([RPM, ONE])))
        refused(do(other.claim([ONE], patience=0)))
        granted(do(other.claim([RPM])))
        refused(do(other.claim([RPM], patience=0)))
        do(store.settle(grant, {}))
        granted(do(other.claim([ONE])))
        other.close()

    def test_threads_are_let_through_exactly_as_often_as_the_limit_says(self, store: StateStore, do: Do) -> None:
        claim = Claim("acme|k|rpm", "rpm", 50, 1, "acme")
        answers: list[Grant | NoRoom] = []
        together(8, lambda: answers.extend(do(store.claim([claim], patience=0)) for _ in range(10)))
        assert sum(isinstance(answer, Grant) for answer in answers) == 50
        assert len(answers) == 80

    def test_the_salt_is_one_for_all(self, store: StateStore, make: Callable[[], StateStore], do: Do) -> None:
        other = make()
        salt = do(store.salt())
        assert len(salt) == 16
        assert (do(other.salt()), do(store.salt())) == (salt, salt)
        other.close()

    def test_a_table_keeps_what_was_changed(self, store: StateStore, make: Callable[[], StateStore], do: Do) -> None:
        def work(rows: dict[str, str]) -> int:
            rows["a"], rows["b"] = "1", "ü|\n"
            return len(rows)

        other = make()
        assert do(store.change("t", work)) == 2
        do(other.put("t", {"b": "2", "c": "3"}))
        do(store.change("t", lambda rows: rows.pop("a")))
        assert do(other.change("t", dict)) == {"b": "2", "c": "3"}
        assert do(other.change("u", dict)) == {}
        other.close()

    def test_no_change_is_lost_to_another(self, store: StateStore, do: Do) -> None:
        def more(rows: dict[str, str]) -> None:
            rows["n"] = str(int(rows.get("n", "0")) + 1)

        together(4, lambda: [do(store.change("t", more)) for _ in range(5)])
        assert do(store.change("t", dict)) == {"n": "20"}


def together(threads: int, work: Callable[[], object]) -> None:
    """Do the same in several threads at once."""
    failures: list[BaseException] = []

    def guarded() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001  # told below, in the test's own thread
            failures.append(error)

    started = [threading.Thread(target=guarded) for _ in range(threads)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
    assert failures == []
