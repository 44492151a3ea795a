"""N-150 to N-156: how much context a model is loaded with, and for how long."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from hamr import ConfigError, Hamr, Message, Model, Request, Text
from hamr_provider_ollama.keep_alive import keep_alive
from hamr_provider_ollama.wire import Ollama

if TYPE_CHECKING:
    from hamr_testkit.fixtures import Wire

HELLO = Request((Message("user", (Text("hello"),)),))


@pytest.mark.parametrize(
    ("environ", "num_ctx"),
    [
        ({}, 32768),
        ({"OLLAMA_NUM_CTX": "3"}, 3),
        ({"OLLAMA_NUM_CTX": "3", "OLLAMA_CONTEXT_LENGTH": "2"}, 2),
        ({"OLLAMA_NUM_CTX": "3", "OLLAMA_CONTEXT_LENGTH": "2", "HARN_OLLAMA_NUM_CTX": "1"}, 1),
        ({"HARN_OLLAMA_NUM_CTX": "1", "HAMR_OLLAMA_NUM_CTX": " 4 "}, 4),
        ({"HAMR_OLLAMA_NUM_CTX": "", "OLLAMA_CONTEXT_LENGTH": "2"}, 2),
        ({"OLLAMA_CONTEXT_LENGTH": "0"}, 32768),
        ({"OLLAMA_CONTEXT_LENGTH": "0", "OLLAMA_NUM_CTX": "3"}, 3),
    ],
)
def test_the_context(environ: dict[str, str], num_ctx: int, wire: Wire) -> None:
    """N-150, pain 42."""
    assert wire("ollama/m", **environ).body(HELLO)[0]["options"] == {"num_ctx": num_ctx}


@pytest.mark.parametrize(
    ("environ", "num_ctx"), [({}, 9), ({"OLLAMA_NUM_CTX": "3"}, 9), ({"HAMR_OLLAMA_NUM_CTX": "1"}, 1)]
)
def test_what_is_known_of_the_model_comes_behind_the_own_variable(environ: dict[str, str], num_ctx: int) -> None:
    """N-150: a catalogue's `runtime_context_window`."""
    from dataclasses import replace

    route = replace(Hamr(environ=environ).pipeline("ollama/m").route, model=Model("m", compat={"num_ctx": 9}))
    assert Ollama(route).runtime.num_ctx == num_ctx


@pytest.mark.parametrize("value", ["0", "-1", "many", "1.5"])
def test_a_context_that_is_none_is_named(value: str, wire: Wire) -> None:
    with pytest.raises(ConfigError, match=r"HAMR_OLLAMA_NUM_CTX.*above 0"):
        wire("ollama/m", HAMR_OLLAMA_NUM_CTX=value)


@pytest.mark.parametrize(
    ("environ", "sent"),
    [
        ({}, "30m"),
        ({"OLLAMA_KEEP_ALIVE": "1h30m"}, "1h30m"),
        ({"OLLAMA_KEEP_ALIVE": "1h", "HARN_OLLAMA_KEEP_ALIVE": "2h"}, "2h"),
        ({"HARN_OLLAMA_KEEP_ALIVE": "2h", "HAMR_OLLAMA_KEEP_ALIVE": "3h"}, "3h"),
        ({"OLLAMA_KEEP_ALIVE": "forever"}, -1),
        ({"OLLAMA_KEEP_ALIVE": "-1"}, -1),
        ({"OLLAMA_KEEP_ALIVE": "300"}, 300),
        ({"OLLAMA_KEEP_ALIVE": "0"}, 0),
        ({"OLLAMA_KEEP_ALIVE": "1h", "HAMR_OLLAMA_KEEP_ALIVE": "default"}, "30m"),
        ({"OLLAMA_KEEP_ALIVE": "1h", "HAMR_OLLAMA_KEEP_ALIVE": " "}, "1h"),
    ],
)
def test_the_time_in_memory(environ: dict[str, str], sent: Any, wire: Wire) -> None:
    """N-151."""
    assert wire("ollama/m", **environ).body(HELLO)[0]["keep_alive"] == sent


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("Infinite", -1),
        ("FOREVER", -1),
        ("Default", "30m"),
        ("", None),
        ("  ", None),
        ("+5", 5),
        ("-1m", "-1m"),
        ("1.5h", "1.5h"),
        ("250ms", "250ms"),
        (-1, -1),
        (2.5, 2.5),
        (0, 0),
    ],
)
def test_how_a_time_may_be_written(value: Any, read: Any) -> None:
    assert keep_alive(value, "the test") == read


@pytest.mark.parametrize("value", ["soon", "1 h", "1d", "h", True, None, [1]])
def test_a_time_that_is_none_is_named(value: Any) -> None:
    with pytest.raises(ConfigError, match=r"^the test: "):
        keep_alive(value, "the test")


@pytest.mark.parametrize("model", ["gpt-oss:120b-cloud", "glm-4.7:cloud"])
def test_what_runs_elsewhere_is_not_loaded_here(model: str, wire: Wire) -> None:
    body, _ = wire(f"ollama/{model}").body(HELLO)
    assert not {"options", "keep_alive"} & body.keys()


def test_what_a_client_is_given_counts_before_the_environment() -> None:
    client = Hamr(environ={"HAMR_OLLAMA_NUM_CTX": "1"}, parameters={"ollama": {"num_ctx": "2"}})
    wire = client.pipeline("ollama/m").wire
    assert isinstance(wire, Ollama)
    assert wire.runtime.num_ctx == 2


@pytest.mark.parametrize(
    ("environ", "after"),
    [
        ({}, 10),
        ({"OLLAMA_UNLOAD_GRACE_MS": "500"}, 0.5),
        ({"OLLAMA_UNLOAD_GRACE_MS": "500", "HARN_OLLAMA_UNLOAD_GRACE_MS": "2000"}, 2),
        ({"HAMR_OLLAMA_UNLOAD_GRACE_MS": "0"}, None),
    ],
)
def test_when_a_silence_is_spoken_of(environ: dict[str, str], after: float | None, wire: Wire) -> None:
    """N-152."""
    notice = wire("ollama/m", **environ).pipeline.notice
    assert (notice and notice.after) == after


def test_a_silence_that_is_no_number_is_named(wire: Wire) -> None:
    with pytest.raises(ConfigError, match="OLLAMA_UNLOAD_GRACE_MS"):
        wire("ollama/m", OLLAMA_UNLOAD_GRACE_MS="long")
