"""A window that was too small, where the provider does not say so (H-167)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from hamr.auth.header import HeaderAuth
from hamr.calls.overflow import cut, no_room
from hamr.calls.pipeline import Pipeline
from hamr.cli import document
from hamr.client import Hamr
from hamr.errors import CallError, TooLong
from hamr.types import (
    Call,
    Cost,
    Event,
    Finished,
    FinishReason,
    Head,
    Request,
    Response,
    Route,
    Settings,
    TextDelta,
    TextEnd,
    TextStart,
    Usage,
    UsageUpdated,
)
from hamr_testkit.colours import Colour
from hamr_testkit.routes import route
from hamr_testkit.scripted import Answer, ScriptedTransport

WINDOW = 1000
SAID = (TextStart(0), TextDelta(0, "x"), TextEnd(0))


@dataclass
class Saying:
    """A wire whose every reply is these events."""

    events: Sequence[Event]

    def encode(self, request: Request, route: Route) -> Call:
        return Call("http://test/")

    def decoder(self) -> Saying:
        return self

    def feed(self, data: bytes) -> Sequence[Event]:
        return self.events

    def finish(self) -> Sequence[Event]:
        return []

    def error(self, head: Head) -> CallError:
        raise AssertionError(head)


@dataclass
class Listed:
    """A price list that knows a window, and no price."""

    tokens: int | None

    def __call__(self, usage: Usage, served: str, tier: str | None, day: str) -> Cost:
        return Cost()

    def longest(self) -> int | None:
        return None

    def window(self, served: str = "") -> int | None:
        return self.tokens

    def end(self, day: str) -> str | None:
        return None


def answered(
    colour: Colour,
    usage: Usage | None,
    reason: FinishReason,
    window: int | None = WINDOW,
    said: Sequence[Event] = (),
) -> tuple[list[Event], Response]:
    there = route()
    events = [*said, *([UsageUpdated(usage)] if usage else []), Finished(reason)]
    transport = ScriptedTransport(Answer((b"x",)))
    pipeline = Pipeline(there, transport, HeaderAuth(there.secret), Saying(events), charge=Listed(window))
    return colour.run(pipeline.flow(Request((), stream=True), Settings()), transport)


@pytest.mark.parametrize("usage", [Usage(input=990), Usage(input=10, cache_read=985), Usage(input=1200)])
def test_a_full_window_that_left_no_room_for_an_answer_is_too_long(colour: Colour, usage: Usage) -> None:
    """Input and what was read from the cache count; the answer ended by its length before its first token."""
    with pytest.raises(TooLong, match="fill the window of 1,000") as caught:
        answered(colour, usage, "length")
    error = caught.value
    assert (error.code, error.provider, error.model, error.attempts) == ("silent_overflow", "test", "a-model", 1)
    assert "larger context" in str(error)


@pytest.mark.parametrize(
    ("usage", "window"),
    [
        (Usage(input=500), WINDOW), (Usage(input=990, output=1), WINDOW), (Usage(input=990, reasoning=1), WINDOW),
        (Usage(input=990), None), (Usage(input=990, estimated=True), WINDOW), (None, WINDOW),
    ],
)  # fmt: skip
def test_any_other_end_by_length_is_an_answer(colour: Colour, usage: Usage | None, window: int | None) -> None:
    _, response = answered(colour, usage, "length", window)
    assert (response.finish_reason, response.overflowed) == ("length", False)


def test_an_answer_that_was_begun_is_never_taken_back(colour: Colour) -> None:
    """Even where the provider counts no tokens for it."""
    events, response = answered(colour, Usage(input=1000), "length", said=SAID)
    assert (response.text, len(events)) == ("x", 5)


def test_an_answer_to_more_than_the_window_holds_says_so(colour: Colour) -> None:
    _, response = answered(colour, Usage(input=600, cache_read=401, output=1), "stop", said=SAID)
    assert response.text == "x"
    assert response.overflowed
    (warning,) = response.warnings
    assert warning.startswith("1,001 tokens went in, and the model's window has 1,000, says the price list: some")
    assert document.response(response)["overflowed"] is True


@pytest.mark.parametrize(
    ("usage", "window"), [(Usage(input=1000, output=9000), WINDOW), (Usage(input=10**9, output=1), None)]
)
def test_what_fits_or_has_an_unknown_window_says_nothing(colour: Colour, usage: Usage, window: int | None) -> None:
    _, response = answered(colour, usage, "stop", window, SAID)
    assert not response.overflowed
    assert not response.warnings
    assert cut(usage, window) is None
    assert no_room("length", usage, None) is None


def test_a_guess_never_says_so() -> None:
    assert cut(Usage(input=2000, estimated=True), WINDOW) is None


ROWS = """
[[model]]
id = "sim/echo"
context_window = 4
"""


def test_the_window_is_that_of_the_user_s_own_list(tmp_path: Path, colour: Colour) -> None:
    (tmp_path / "models.toml").write_text(ROWS)
    environ = {"HAMR_CONFIG_DIR": str(tmp_path), "HAMR_STATE_DIR": str(tmp_path)}
    with Hamr(environ=environ, folder=None) as client:
        pipeline = client.pipeline("sim/echo")
        assert pipeline.charge is not None
        assert pipeline.charge.window() == 4
        other = client.pipeline("sim/other").charge
        assert other is not None
        assert other.window() is None
        response = colour.call(client, "one two three four five six seven eight", "sim/echo")
    assert response.overflowed


def test_a_pool_goes_on_to_who_has_room(colour: Colour) -> None:
    """One whose window was full is passed over like any other that is too small."""
    from hamr.pool import outcome

    error = no_room("length", Usage(input=1000), WINDOW)
    assert error is not None
    assert outcome.next_after(error) == "candidate"
