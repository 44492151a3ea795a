"""`models` and `amodels` as programs use them, against the simulator and providers made up on the spot."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

import hamr
from hamr import ConfigError, Hamr, NoAnswer, NoSuchModel, NotLetIn, PluginError, Unsupported
from hamr_testkit.canned import Canned
from hamr_testkit.colours import Colour
from hamr_testkit.installing import Install

LIST = {"object": "list", "data": [{"id": "large", "object": "model", "created": 5, "owned_by": "acme"}]}
Make = Callable[..., None]


@pytest.fixture
def make(install: Install, provider: Canned) -> Make:
    """Install a provider whose manifest has these further lines."""

    def acme(id: str = "acme", *lines: str, base_url: str = "") -> None:
        head = ["api = 1", f'id = "{id}"', f'name = "{id}"', 'wire = "openai-completions"']
        install(id, manifest="\n".join([*head, f'base_url = "{base_url or provider.url}/v1"', *lines]))

    return acme


def test_the_models_of_one_provider(colour: Colour) -> None:
    with Hamr() as client:
        listing = colour.models(client, "sim")
    assert not listing.failures
    models = {info.id: info for info in listing.models}
    assert {"echo", "tools", "embed", "500"} <= models.keys()
    assert models["tools"].tools is True
    assert models["thinking"].reasoning is True
    assert models["embed"].input == ("text",)
    assert models["echo"].selector == "sim/echo"
    assert models["echo"].context_window is None


def test_the_functions_of_the_module() -> None:
    ids = [info.id for info in hamr.models("sim").models]
    assert ids == [info.id for info in asyncio.run(hamr.amodels("sim", timeout=3)).models]


def test_no_model_needs_to_be_named_and_the_key_is_sent(colour: Colour, make: Make, provider: Canned) -> None:
    """H-115."""
    make("acme", 'auth = { style = "bearer", env = ["ACME_API_KEY"] }', 'headers = { "x-team" = "blue" }')
    provider.answer(LIST)
    with Hamr(environ={"ACME_API_KEY": "made-up-key"}) as client:
        (info,) = colour.models(client, "acme").models
    assert (info.id, info.provider, info.name, info.created) == ("large", "acme", "Large", 5)
    (asked,) = provider.asked
    assert (asked.method, asked.path, asked.body) == ("GET", "/v1/models", b"")
    assert asked.headers["authorization"] == "Bearer made-up-key"
    assert (asked.headers["x-team"], asked.headers["accept"]) == ("blue", "application/json")
    assert asked.headers["user-agent"].startswith("hamr/")


def test_the_failure_of_one_that_is_named_is_raised(colour: Colour, make: Make, provider: Canned) -> None:
    make("acme", 'auth = { style = "bearer", env = ["ACME_API_KEY"] }')
    provider.answer({"error": {"message": "no", "code": "invalid_api_key"}}, status=401)
    with Hamr(environ={"ACME_API_KEY": "made-up-key"}) as client, pytest.raises(NotLetIn) as caught:
        colour.models(client, "acme")
    assert str(caught.value).startswith("acme: 401")
    with Hamr(environ={}) as client, pytest.raises(ConfigError, match="no key for acme"):
        colour.models(client, "acme")
    with Hamr(environ={}) as client, pytest.raises(ConfigError, match="Did you mean acme"):
        colour.models(client, "acmee")


def test_a_provider_without_a_list_says_what_to_do(colour: Colour, make: Make, provider: Canned) -> None:
    make("acme", 'compat = { models_path = "" }')
    with Hamr(environ={}) as client, pytest.raises(Unsupported, match="acme does not list its models"):
        colour.models(client, "acme")
    make("other")
    provider.answer(b"not found", status=404)
    with Hamr(environ={}) as client, pytest.raises(NoSuchModel, match="There may be no list of models here"):
        colour.models(client, "other")


def test_a_list_of_several_pages(colour: Colour, make: Make, provider: Canned) -> None:
    make("acme")
    provider.answer({"data": [{"id": "a"}], "has_more": True})
    provider.answer({"data": [{"id": "b"}], "has_more": False})
    with Hamr(environ={}) as client:
        assert [info.id for info in colour.models(client, "acme").models] == ["a", "b"]
    assert [asked.path for asked in provider.asked] == ["/v1/models", "/v1/models?after=a"]


@pytest.fixture
def only(tmp_path: Path) -> Callable[..., dict[str, str]]:
    """An environment in which all providers but these are switched off."""

    def environ(*ids: str) -> dict[str, str]:
        installed = Hamr(environ={}).plugins.providers
        (tmp_path / "plugins.json").write_text(json.dumps({"disabled": [id for id in installed if id not in ids]}))
        return {"HAMR_CONFIG_DIR": str(tmp_path)}

    return environ


def test_all_providers_that_can_be_asked(
    colour: Colour, make: Make, provider: Canned, only: Callable[..., dict[str, str]]
) -> None:
    """One that fails is told of beside the rest; one without a key, or switched off, is not asked."""
    make("acme")
    make("away", base_url="http://127.0.0.1:9")
    make("broken", "nonsense = 1")
    make("keyless", 'auth = { style = "bearer", env = ["KEYLESS_API_KEY"] }')
    make("none", 'compat = { models_path = "" }')
    provider.answer(LIST)
    make("off")
    with Hamr(environ=only("acme", "away", "broken", "keyless", "none", "sim")) as client:
        listing = colour.models(client)
    assert [info.selector for info in listing.models if info.provider != "sim"] == ["acme/large"]
    assert any(info.provider == "sim" for info in listing.models)
    kinds = {id: type(error) for id, error in listing.failures.items()}
    assert kinds == {"away": NoAnswer, "broken": ConfigError, "none": Unsupported}


def test_a_plugin_that_cannot_be_loaded_spoils_nothing(
    colour: Colour, install: Install, only: Callable[..., dict[str, str]]
) -> None:
    """Pain 4."""
    manifest = 'api = 1\nid = "bad"\nname = "Bad"\nwire = "openai-completions"\nbase_url = "http://127.0.0.1:9"'
    install("bad", code="raise ImportError('gone')", manifest=manifest)
    with Hamr(environ=only("bad", "sim")) as client:
        listing = colour.models(client)
    assert {info.provider for info in listing.models} == {"sim"}
    assert isinstance(listing.failures["bad"], PluginError)


def test_all_are_asked_beside_each_other(colour: Colour, make: Make, only: Callable[..., dict[str, str]]) -> None:
    """H-115."""
    names = [f"silent{number}" for number in range(4)]
    with socket.create_server(("127.0.0.1", 0), backlog=16) as server:
        server.settimeout(4)

        def answer() -> None:
            """Hang up on all as soon as all are there."""
            there = [server.accept()[0] for _ in names]
            for each in there:
                each.close()
            met.set()

        met = threading.Event()
        hanging_up = threading.Thread(target=answer)
        hanging_up.start()
        for name in names:
            make(name, base_url=f"http://127.0.0.1:{server.getsockname()[1]}")
        with Hamr(environ=only(*names)) as client:
            listing = colour.models(client, timeout=5)
        hanging_up.join()
    assert met.is_set(), "nobody waited for the others"
    assert {id: type(error) for id, error in listing.failures.items()} == dict.fromkeys(names, NoAnswer)


def test_none_is_waited_for_longer_than_is_asked_for(
    colour: Colour, make: Make, only: Callable[..., dict[str, str]]
) -> None:
    """H-115: five seconds at most, less where that is asked for."""
    with socket.create_server(("127.0.0.1", 0), backlog=16) as silent:
        make("silent", base_url=f"http://127.0.0.1:{silent.getsockname()[1]}")
        with Hamr(environ=only("silent")) as client:
            listing = colour.models(client, timeout=0.3)
    assert isinstance(listing.failures["silent"], NoAnswer)
    assert "0.3 s" in listing.failures["silent"].message


def test_an_unknown_option_is_named(colour: Colour) -> None:
    with Hamr() as client, pytest.raises(ConfigError, match="Did you mean timeout"):
        colour.models(client, "sim", timeouts=3)
