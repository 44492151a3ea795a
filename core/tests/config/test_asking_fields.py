"""What files say of how a provider is asked: retries, silences, regions; and what counts for nothing is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hamr import Hamr, Overloaded, Settings, Timeouts
from hamr.calls.retry import delay, retries
from hamr.errors import CallError
from hamr.types import Provider
from hamr_testkit.canned import Canned
from hamr_testkit.colours import Colour

REPLY = {"choices": [{"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}]}
CONFIG = '[providers.mine]\nbase_url = "{url}/v1"\napi_key = "k"\n{more}'


def client(folder: Path, url: str, more: str, environ: dict[str, str] | None = None, **given: Any) -> Hamr:
    (folder / "providers.toml").write_text(CONFIG.format(url=url, more=more))
    return Hamr(environ={"HAMR_CONFIG_DIR": str(folder), **(environ or {})}, folder=None, **given)


@pytest.mark.parametrize(
    ("more", "said", "asked"),
    [
        ("retry_count = 3\nretry_delay_ms = 1", (None, {}), 4),
        ("retry_count = 0", (None, {}), 1),
        ("retry_count = 0", (None, {"retries": 1}), 2),
        ("retry_count = 3\nretry_delay_ms = 1", (Settings(retries=2), {}), 3),
        ("retry_count = 3", (Settings(max_bytes=10_000), {"retries": 0}), 1),
        ("retry_delay_ms = 1", (None, {}), 3),
    ],
)
def test_a_failed_call_is_sent_again_as_often_as_is_said(
    colour: Colour,
    provider: Canned,
    tmp_path: Path,
    more: str,
    said: tuple[Settings | None, dict[str, Any]],
    asked: int,
) -> None:
    """N-123: a call's own word counts first, then a client's, then a file's, then hamr's."""
    settings, options = said
    for _ in range(asked):
        provider.answer({"error": {"message": "busy"}}, status=503)
    with client(tmp_path, provider.url, more, settings=settings) as it, pytest.raises(Overloaded) as caught:
        colour.call(it, "hi", "mine/m", **options)
    assert (len(provider.asked), caught.value.attempts) == (asked, asked)


def test_the_first_wait_is_what_is_said_and_doubles() -> None:
    """N-123."""
    error: CallError = Overloaded("busy")
    slow = Provider("mine", "Mine", "https://mine.example/v1", "openai-completions", retries=9, retry_delay=20.0)
    waits = [delay(error, attempt, Settings(), slow) or 0.0 for attempt in (1, 2, 9)]
    assert all(15 <= wait <= 20 for wait in waits), "no longer than the first, where that is longer than hamr's longest"
    assert delay(error, 10, Settings(), slow) is None
    quick = Provider("mine", "Mine", "https://mine.example/v1", "openai-completions", retry_delay=0.1)
    assert 0.15 <= (delay(error, 2, Settings(), quick) or 0.0) <= 0.2
    assert (retries(Settings()), retries(Settings(), slow), retries(Settings(retries=1), slow)) == (2, 9, 1)


SILENT = '[models.slow]\nprovider = "mine"\nstream_timeout = 900\n[models.fast]\nprovider = "mine"\n'


@pytest.mark.parametrize(
    ("model", "given", "read"),
    [
        ("mine/slow", None, 900),
        ("mine/fast", None, 120),
        ("mine/slow", Timeouts(read=7), 7),
        ("mine/slow", Timeouts(read=None), None),
    ],
)
def test_a_model_may_be_silent_within_a_stream_for_as_long_as_is_said(
    tmp_path: Path, model: str, given: Timeouts | None, read: float | None
) -> None:
    """N-124, C-33: what the user says of it counts first; a whole reply has all the time there is."""
    settings = None if given is None else Settings(timeouts=given)
    with client(tmp_path, "http://127.0.0.1:9", SILENT, settings=settings) as it:
        pipeline = it.pipeline(model)
        asked = it.preview("hi", model, stream=True), it.preview("hi", model)
    assert pipeline.route.model.stream_timeout == (900 if model == "mine/slow" else None)
    assert [call.timeouts.read for call in asked] == [read, 600]


@pytest.mark.parametrize("spelled", ["models", "model_overrides"])
def test_it_may_stand_with_the_models_of_a_provider_too(tmp_path: Path, spelled: str) -> None:
    """N-124."""
    row = '[[providers.mine.models]]\nid = "m"\n' if spelled == "models" else "[providers.mine.model_overrides.m]\n"
    with client(tmp_path, "http://127.0.0.1:9", f"{row}stream_timeout = 42.5\n") as it:
        assert it.pipeline("mine/m").route.model.stream_timeout == 42.5


def test_the_window_that_a_server_gives_a_model_counts(tmp_path: Path) -> None:
    """N-124."""
    rows = '[models.m]\nprovider = "mine"\ncontext_window = 262144\nruntime_context_window = 8192\n'
    with client(tmp_path, "http://127.0.0.1:9", rows) as it:
        charge: Any = it.pipeline("mine/m").charge
        assert charge.row().context_window == 8192


REGIONS = 'region_env = "MINE_REGION"\n[providers.mine.regions]\neu = "https://eu.mine.example/v1"\n'


def test_a_region_says_where_a_provider_is(tmp_path: Path) -> None:
    """N-123."""
    with client(tmp_path, "http://127.0.0.1:9", REGIONS, {"MINE_REGION": "eu"}) as it:
        assert it.pipeline("mine/m").route.provider.base_url == "https://eu.mine.example/v1"


@pytest.mark.parametrize("quote", ["", '"', "'"])
def test_quotes_around_an_address_of_the_environment_are_none_of_it(tmp_path: Path, quote: str) -> None:
    """N-123."""
    environ = {"MINE_URL": f" {quote}https://other.example/v1{quote} "}
    with client(tmp_path, "http://127.0.0.1:9", 'base_url_env = "MINE_URL"\n', environ) as it:
        assert it.pipeline("mine/m").route.provider.base_url == "https://other.example/v1"


@pytest.mark.parametrize(("cloud", "local"), [("true", False), ("false", True), (None, True)])
def test_a_server_of_ones_own_is_told_from_a_cloud(tmp_path: Path, cloud: str | None, *, local: bool) -> None:
    """H-92."""
    with client(tmp_path, "http://127.0.0.1:9", f"cloud = {cloud}\n" if cloud else "") as it:
        assert it.pipeline("mine/m").route.provider.local is local


IDLE = """completion_endpoint = "/completions"
tool_call_parser = "hermes"
local_runtime = { kind = "external" }
region_env = "MINE_REGION"
rate_limits = { rpm = 5, tier = "free", source_url = "https://mine.example", last_verified = "2026", notes = "n" }
[[providers.mine.models]]
id = "m"
tool_call_parser = "qwen"
[models.n]
provider = "mine"
capabilities = ["tools"]
[qc_defaults]
a = "b"
"""


def test_what_counts_for_nothing_is_told_and_the_rest_counts(tmp_path: Path) -> None:
    """N-123, N-124, H-93."""
    with client(tmp_path, "http://127.0.0.1:9", IDLE) as it:
        configuration = it.providers.configuration
        assert it.pipeline("mine/m").route.provider.limits.rpm == 5
    assert configuration.problems == []
    told = {note.path for layer in configuration.layers for note in layer.notes}
    own = "providers.mine"
    assert told == {
        *(f"{own}.{name}" for name in ("completion_endpoint", "tool_call_parser", "local_runtime")),
        *(f"{own}.rate_limits.{name}" for name in ("tier", "source_url", "last_verified", "notes")),
        *(own, f"{own}.models.m.tool_call_parser", "models.n.capabilities", "qc_defaults"),
    }


@pytest.mark.parametrize("asked", ["house", "mine/house"])
def test_a_model_may_have_another_name_here_than_at_its_provider(
    colour: Colour, provider: Canned, tmp_path: Path, asked: str
) -> None:
    """N-124."""
    rows = '[models.house]\nprovider = "mine"\nwire_model = "vendor/real-1"\ncontext_window = 7\n'
    provider.answer(REPLY)
    with client(tmp_path, provider.url, rows) as it:
        colour.call(it, "hi", asked)
        charge: Any = it.pipeline(asked).charge
        assert charge.row().context_window == 7
    assert provider.asked[0].json["model"] == "vendor/real-1"


def test_a_patch_gives_no_other_name(tmp_path: Path) -> None:
    """N-124, N-125."""
    with client(tmp_path, "http://127.0.0.1:9", '[patch.models.m]\nwire_model = "x"\n') as it:
        (note,) = [each for layer in it.providers.configuration.layers for each in layer.notes]
    assert note.path == "patch.models.m.wire_model"
