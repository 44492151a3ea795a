"""What a call is said to have cost, in both colours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

import pytest

from hamr import Hamr
from hamr.auth.header import HeaderAuth
from hamr.base_url import is_own
from hamr.calls.pipeline import Pipeline
from hamr.catalog.row import Rows
from hamr.errors import CallError, NoSuchModel
from hamr.specs import Decoder
from hamr.types import Call, Cost, Event, Finished, Head, Request, Route, Settings, Usage, UsageUpdated
from hamr_testkit.colours import Colour
from hamr_testkit.installing import Install
from hamr_testkit.routes import route
from hamr_testkit.scripted import Answer, ScriptedTransport

MANIFEST = """
api = 1
id = "acme"
name = "Acme"
base_url = "{url}"
wire = "openai-completions"
local = {local}
"""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    from hamr_sim.lease import Lease

    lease = Lease()
    yield f"{lease.origin()}/v1"
    lease.release()


def own(folder: Path, text: str) -> dict[str, str]:
    (folder / "models.toml").write_text(text)
    return {"HAMR_CONFIG_DIR": str(folder)}


PRICE = '[[model]]\nid = "acme/{}"\n[[model.price]]\ninput = 2\noutput = 8.5\nsource = "my bill"\n'


def test_a_call_and_a_stream_and_an_embedding_have_a_cost(
    install: Install, colour: Colour, url: str, tmp_path: Path
) -> None:
    install("acme", manifest=MANIFEST.format(url=url, local="false"))
    with Hamr(environ=own(tmp_path, PRICE.format("echo") + PRICE.format("embed"))) as client:
        told = colour.call(client, "one two three", "acme/echo")
        assert told.usage is not None
        tokens = told.usage
        assert told.cost == Cost(
            (2 * tokens.input_total + Decimal("8.5") * tokens.output_total) / 1_000_000, "by the price list (my bill)"
        )
        assert told.cost.usd
        assert colour.embed(client, "one", "acme/embed").cost.usd


def test_what_has_no_price_is_unknown(install: Install, colour: Colour, url: str, tmp_path: Path) -> None:
    """C-50: pain 40."""
    install("acme", manifest=MANIFEST.format(url=url, local="false"))
    with Hamr(environ=own(tmp_path, PRICE.format("other"))) as client:
        assert colour.call(client, "hi", "acme/echo").cost == Cost()


def test_a_server_of_one_s_own_costs_nothing(install: Install, colour: Colour, url: str, tmp_path: Path) -> None:
    """H-17, M-52."""
    install("acme", manifest=MANIFEST.format(url=url, local="true"))
    with Hamr(environ={}) as client:
        assert colour.call(client, "hi", "acme/echo").cost.usd == 0
    with Hamr(environ=own(tmp_path, PRICE.format("echo"))) as client:
        assert colour.call(client, "hi", "acme/echo").cost.usd, "but where its user says so"


def test_a_price_list_that_is_none_costs_no_answer(install: Install, colour: Colour, url: str, tmp_path: Path) -> None:
    install("acme", manifest=MANIFEST.format(url=url, local="false"))
    with Hamr(environ=own(tmp_path, "[[model")) as client:
        told = colour.call(client, "hi", "acme/echo")
    assert told.text
    assert told.cost.usd is None
    assert "models.toml" in told.cost.reason


def test_what_the_provider_says_counts_and_the_list_is_kept_beside_it(colour: Colour) -> None:
    class Says:
        """A wire whose provider says what a call cost."""

        def encode(self, request: Request, route: Route) -> Call:
            return Call("http://test/")

        def decoder(self) -> Says:
            return self

        def feed(self, data: bytes) -> Sequence[Event]:
            return [UsageUpdated(Usage(input=1), Cost(Decimal(2), "the provider says so")), Finished("stop")]

        def finish(self) -> Sequence[Event]:
            return []

        def error(self, head: Head) -> CallError:
            raise AssertionError(head)

    class Charge:
        def __call__(self, usage: Usage, served: str, tier: str | None, day: str) -> Cost:
            return Cost(Decimal(3), "by the price list")

        def longest(self) -> int | None:
            return None

        def window(self, served: str = "") -> int | None:
            return None

        def end(self, day: str) -> str | None:
            return None

    transport = ScriptedTransport(Answer((b"x",)))
    asked = route()
    pipeline = Pipeline(asked, transport, HeaderAuth(asked.secret), Says(), charge=Charge())
    _, response = colour.run(pipeline.flow(Request(()), Settings()), transport)
    assert response.cost == Cost(Decimal(2), "the provider says so", Decimal(3))


@pytest.mark.parametrize(
    ("raw", "extra", "asked", "charged"),
    [
        ({}, None, None, None),
        ({}, None, "flex", "flex"),
        ({}, {"openai-completions": {"service_tier": "default"}}, "priority", "default"),
        ({}, {"openai-responses": {"service_tier": "auto"}}, "flex", "flex"),
        ({"service_tier": "priority"}, {"anthropic-messages": {}}, None, "priority"),
        ({"serviceTier": "STANDARD"}, None, None, "standard"),
        ({}, {"bedrock-converse": {"serviceTier": {"type": "flex"}}}, None, "flex"),
        ({"service_tier": 3}, {"x": {"service_tier": {"type": None}}, "y": 5}, None, None),
    ],
)
def test_the_tier_that_served_is_charged_for(
    colour: Colour, raw: dict[str, Any], extra: Any, asked: str | None, charged: str | None
) -> None:
    class Serving:
        def encode(self, request: Request, route: Route) -> Call:
            return Call("http://test/")

        def decoder(self) -> Serving:
            return self

        def feed(self, data: bytes) -> Sequence[Event]:
            return [UsageUpdated(Usage(input=1, raw=raw)), Finished("stop", extra=extra)]

        def finish(self) -> Sequence[Event]:
            return []

        def error(self, head: Head) -> CallError:
            raise AssertionError(head)

    class Charge:
        tiers: ClassVar[list[str | None]] = []

        def __call__(self, usage: Usage, served: str, tier: str | None, day: str) -> Cost:
            self.tiers.append(tier)
            return Cost()

        def longest(self) -> int | None:
            return None

        def window(self, served: str = "") -> int | None:
            return None

        def end(self, day: str) -> str | None:
            return None

    transport, there, charge = ScriptedTransport(Answer((b"x",))), route(), Charge()
    charge.tiers.clear()
    pipeline = Pipeline(there, transport, HeaderAuth(there.secret), Serving(), charge=charge)
    colour.run(pipeline.flow(Request((), service_tier=asked), Settings()), transport)
    assert charge.tiers == [charged]


@pytest.mark.parametrize(
    ("url", "own"),
    [
        ("http://localhost:1234/v1", True), ("http://127.0.0.1", True), ("http://[::1]:80", True),
        ("http://192.168.1.5:8000", True), ("http://gpu-box:8000", True), ("http://nas.local", True),
        ("http://sim.invalid/v1", True), ("https://ollama.com", False), ("https://8.8.8.8", False),
    ],
)  # fmt: skip
def test_what_counts_as_a_server_of_one_s_own(url: str, own: bool) -> None:
    assert is_own(url) is own


COARSE = """
[providers.acme]
base_url = "https://acme.example/v1"
cost_per_1k_in = 0.001
cost_per_1k_out = 0.005
"""


def test_a_coarse_price_counts_where_no_list_has_one(tmp_path: Path) -> None:
    """M-51, N-201: the user's, the list's, the provider's, and else unknown."""
    (tmp_path / "providers.toml").write_text(COARSE)
    environ = own(tmp_path, PRICE.format("known"))
    used = Usage(input=1_000_000, cache_read=500_000, output=100_000, reasoning=100_000)
    with Hamr(environ=environ, folder=None) as client:
        charge = client.pipeline("acme/other").charge
        assert charge is not None
        told = charge(used, "", None, "2026-11-25")
        assert told.usd == Decimal("2.5")
        assert told.reason == "by the coarse price of the provider, for no list has one of the model"
        listed = client.pipeline("acme/known").charge
        assert listed is not None
        assert listed(Usage(input=1_000_000), "", None, "2026-11-25").usd == 2
    (tmp_path / "providers.toml").write_text(COARSE.replace("cost_per_1k_out = 0.005", ""))
    with Hamr(environ=environ, folder=None) as client:
        half = client.pipeline("acme/other").charge
        assert half is not None
        assert half(used, "", None, "2026-11-25").usd is None, "one of two says nothing"


def test_a_coarse_price_over_a_plugin_keeps_the_rest_of_its_catalog(tmp_path: Path) -> None:
    """N-123."""
    (tmp_path / "providers.toml").write_text(COARSE.replace("acme", "together"))
    with Hamr(environ=own(tmp_path, ""), folder=None) as client:
        catalog = client.providers.manifest("together").catalog
    assert (catalog.models_dev, catalog.coarse_input, catalog.coarse_output) == ("togetherai", 1, 5)


ENDED = """
[[model]]
id = "acme/old"
shutdown = "{}"
superseded_by = "acme/new"
deprecation_note = "It was the first one."
"""


def test_a_model_that_has_ended_is_told_where_the_provider_does_not_know_it(colour: Colour, tmp_path: Path) -> None:
    """N-124."""

    class Gone:
        def encode(self, request: Request, route: Route) -> Call:
            return Call("http://test/")

        def decoder(self) -> Decoder:
            raise AssertionError

        def error(self, head: Head) -> CallError:
            return NoSuchModel("no such model", status=404)

    config = '[providers.acme]\nbase_url = "https://acme.example/v1"\n'
    (tmp_path / "providers.toml").write_text(config)
    with Hamr(environ=own(tmp_path, ENDED.format("2026-01-02")), folder=None) as client:
        known, other = (client.pipeline(f"acme/{name}") for name in ("old", "other"))
        for pipeline, hint in (
            (known, "It ended on 2026-01-02; acme/new takes its place; It was the first one."),
            (other, ""),
        ):
            transport = ScriptedTransport(Answer(status=404))
            calling = Pipeline(pipeline.route, transport, HeaderAuth(lambda: None), Gone(), charge=pipeline.charge)
            with pytest.raises(NoSuchModel) as caught:
                colour.run(calling.flow(Request(()), Settings()), transport)
            assert caught.value.hint == (hint or NoSuchModel.default_hint)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"shutdown": "2026-11-26"}, "it ends on 2026-11-26"),
        ({"shutdown": "2026-11-25"}, "it ended on 2026-11-25"),
        ({"deprecated": True, "superseded_by": "b"}, "it is deprecated; b takes its place"),
        ({"deprecated": False, "superseded_by": "b", "deprecation_note": "x"}, None),
        ({}, None),
    ],
)
def test_what_is_said_of_a_models_end(said: dict[str, Any], told: str | None) -> None:
    [row] = Rows({"model": [{"id": "a", **said}]}, "here")
    assert row.end("2026-11-25") == told
