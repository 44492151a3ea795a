"""What a program gives to a client, and how it is told where that is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import hamr
from hamr import Hamr
from hamr.errors import ConfigError

CANARY = "sk-canary-0123456789abcdef"


@pytest.mark.parametrize(
    ("argument", "value", "told"),
    [
        ("settings", {"retries": 1}, "dict with int, str\nGive hamr.Settings"),
        ("environ", {"GROQ_API_KEY": None}, "dict with NoneType, str\nGive a mapping of variables"),
        ("keys", [CANARY], "list\nGive a mapping of providers to keys"),
        ("keys", CANARY, "str\nGive a mapping of providers to keys"),
        ("keys", {"sim": 5}, "dict with int, str\nGive a mapping of providers to keys"),
        ("parameters", {"azure": "mine"}, "dict with str\nGive a mapping of providers to texts by name"),
        ("prefer", "groq=acme-groq", "str\nGive a mapping of providers to distributions"),
        ("limits", [30], "list\nGive a mapping of providers or models to limits"),
        ("extensions", 5, "int\nGive a list of the names"),
        ("project", 5, "int\nGive a text"),
        ("tags", 5, "int\nGive a list of texts"),
        ("budgets", 20, "int\nGive a mapping"),
        ("folder", 5, "int\nGive the path"),
        ("tell", 5, "int\nGive a function"),
    ],
)
def test_an_argument_of_the_wrong_type_is_named(argument: str, value: Any, told: str) -> None:
    given: dict[str, Any] = {argument: value}
    with pytest.raises(ConfigError) as caught:
        Hamr(**given)
    assert str(caught.value).startswith(f"Hamr({argument}=...) was given what it cannot take: {told}")
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize(
    "given",
    [
        {"keys": {"sim": None}, "parameters": {}, "limits": {}, "tags": "a,b", "budgets": {}, "folder": None},
        {"tags": iter(["a"]), "extensions": [], "folder": Path(), "project": "web"},
        {"extensions": "", "settings": hamr.Settings(retries=0), "tell": lambda *_: None},
    ],
)
def test_what_is_right_is_taken(given: dict[str, Any]) -> None:
    with Hamr(environ={"HAMR_SPEND": "0"}, **given) as client:
        assert client.pipeline("sim/echo").route.provider.id == "sim"


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("keys", {"simm": CANARY}),
        ("parameters", {"simm": {"a": "b"}}),
        ("limits", {"simm": {"rpm": 1}}),
        ("limits", {"simm/echo": {"rpm": 1}}),
    ],
)
def test_a_provider_that_is_not_there_is_named(argument: str, value: Any) -> None:
    given: dict[str, Any] = {argument: value}
    with Hamr(**given) as client:
        with pytest.raises(ConfigError, match=r"(?s)no plugin for the provider 'simm'.*Did you mean sim\?") as caught:
            client.call("hi", "sim/echo")
        assert str(caught.value).startswith(f"Hamr({argument}=...): ")
        client.register_provider("simm", base_url="http://127.0.0.1:9/v1")
        assert client.pipeline("sim/echo").route.provider.id == "sim"


def test_a_tag_that_is_no_text_is_named() -> None:
    tags: Any = ["a", 5]
    with Hamr(tags=tags) as client, pytest.raises(ConfigError, match=r"Hamr\(tags=...\) holds a int"):
        client.call("hi", "sim/echo")


@pytest.mark.parametrize("wrong", [5, None, [], {}, b"sim"])
def test_a_name_that_is_no_text_is_told(wrong: Any) -> None:
    number: Any = wrong or 5
    with Hamr() as client:
        for ask in (
            lambda: client.models(number),
            lambda: client.provider_capabilities(wrong),
            lambda: client.register_provider(wrong),
            lambda: client.call("hi", "sim/echo", api_mode=number),
            lambda: client.capabilities.install(wrong),
            lambda: hamr.tool(lambda: None, name=number),
            lambda: hamr.tool(lambda: None, description=number),
        ):
            with pytest.raises(ConfigError, match=r"(?s)(of the type|is 5|is none).*\n(Give|A name has)"):
                ask()


@pytest.mark.parametrize(
    ("variable", "said", "told"),
    [
        ("HAMR_PREFER", "groq", r"HAMR_PREFER: 'groq' chooses nothing\nWrite it as PROVIDER=DISTRIBUTION"),
        ("HAMR_PREFER", "a=b,=c", "HAMR_PREFER: '=c' chooses nothing"),
        ("HAMR_SPEND", "maybe", r"HAMR_SPEND is 'maybe'\nGive 1"),
        ("HAMR_PROJECT_TRUST", "yes", r"HAMR_PROJECT_TRUST is 'yes'\nGive one of ask, always, never"),
    ],
)
def test_a_variable_that_makes_no_sense_is_named(variable: str, said: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "hamr.toml").write_text("[aliases]\nmine = 'sim/echo'\n")
    with pytest.raises(ConfigError, match=told):
        Hamr(environ={variable: said, "HAMR_AGENT_DIR": str(tmp_path)}, folder=str(tmp_path)).call("hi", "sim/echo")


@pytest.mark.parametrize("environ", [{"HAMR_PROJECT": "a\udcff"}, {"HAMR_TAGS": "a,b\udcff"}])
def test_a_name_that_no_file_can_hold_is_told_before_the_call(environ: dict[str, str], tmp_path: Path) -> None:
    """As a shell hands on what is no UTF-8."""
    state = {"HAMR_STATE_DIR": str(tmp_path)}
    with Hamr(environ={**environ, **state}) as client, pytest.raises(ConfigError, match=r"udcff' is no text in UTF-8"):
        client.call("hi", "sim/echo")


def test_variables_that_make_sense_are_taken() -> None:
    for said in ("", "a=b", " a = b , c=d,"):
        Hamr(environ={"HAMR_PREFER": said})
    for said in ("", "0", "off", "1", "Yes"):
        with Hamr(environ={"HAMR_SPEND": said}) as client:
            client.pipeline("sim/echo")
