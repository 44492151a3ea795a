"""Where state is kept: what a user says, which plugin that takes, and what is wrong with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hamr import Hamr
from hamr.errors import ConfigError, HamrError, PluginError
from hamr.plugins.discover import Plugins
from hamr.stores import Stores

PLUGIN = """
from hamr.storage.database import MEMORY
from hamr.state.sqlite import SqliteStore

class Store(SqliteStore):
    place = "far://away"

def open_store(url):
    assert repr(url).startswith("Secret(***")
    if "nothing" in url.reveal():
        return 3
    if "bad" in url.reveal():
        raise ValueError(url.reveal())
    return Store(MEMORY)
"""
URL = "far://u:canary@away"


@pytest.fixture(autouse=True)
def far(install: Any) -> None:
    install("far", code=PLUGIN, group="hamr.stores")


def stores(**environ: str) -> Stores:
    return Stores(Plugins(), environ)


def test_nothing_is_loaded_where_nothing_is_said(tmp_path: Path) -> None:
    assert stores().chosen is None
    assert stores(HAMR_STATE_DIR=str(tmp_path)).place == (str(tmp_path), "HAMR_STATE_DIR")


def test_the_scheme_says_whose_store_it_is() -> None:
    found = stores(HAMR_STATE_URL=URL)
    assert found.chosen is found.chosen
    assert found.place == ("far://away", "HAMR_STATE_URL")
    assert found.chosen is not None
    assert found.chosen.on_failure == "local"


@pytest.mark.parametrize(
    ("environ", "kind", "told"),
    [
        ({"HAMR_STATE_URL": "farther://canary"}, ConfigError, "no plugin keeps state at such a URL"),
        ({"HAMR_STATE_URL": "canary"}, ConfigError, "Installed are those for .*far://"),
        ({"HAMR_STATE_URL": f"{URL}/nothing"}, PluginError, "gave a int, which is no StateStore"),
        ({"HAMR_STATE_URL": f"{URL}/bad"}, PluginError, "cannot open the store at far://: ValueError"),
        ({"HAMR_STATE_URL": URL, "HAMR_STATE_ON_FAILURE": "shut"}, ConfigError, "'shut' is not known\nKnown: local"),
    ],
)
def test_what_is_wrong_is_told_without_the_password(environ: dict[str, str], kind: type[HamrError], told: str) -> None:
    with pytest.raises(kind, match=told) as caught:
        _ = stores(**environ).chosen
    assert "canary" not in f"{caught.value} {caught.value.__cause__}"


def test_a_file_may_say_it_too_with_variables_in_it(tmp_path: Path) -> None:
    file = tmp_path / "providers.toml"
    file.write_text('state = "far://u:$FAR_PASSWORD@away"\nstate_on_failure = "closed"\n')
    environ = {"HAMR_PROVIDERS_CONFIG": str(file), "FAR_PASSWORD": "canary"}
    with Hamr(environ=environ, folder=None) as client:
        assert client.stores.place == ("far://away", f"{file}: state")
        assert client.stores.chosen is not None
        assert client.stores.chosen.on_failure == "closed"
    with Hamr(environ={**environ, "HAMR_STATE_ON_FAILURE": "open"}, folder=None) as client:
        assert client.stores.chosen is not None
        assert client.stores.chosen.on_failure == "open"
    del environ["FAR_PASSWORD"]
    with Hamr(environ=environ, folder=None) as client, pytest.raises(ConfigError, match="not set: FAR_PASSWORD"):
        _ = client.stores.chosen
    file.write_text('state = "!echo far://x"\n')
    with Hamr(environ=environ, folder=None) as client, pytest.raises(ConfigError, match="may not be a command"):
        _ = client.stores.chosen


def test_a_project_that_is_not_trusted_moves_no_state(tmp_path: Path) -> None:
    (tmp_path / "hamr.toml").write_text('[llm]\nstate = "far://evil"\n')
    with Hamr(environ={"HOME": str(tmp_path / "home")}, folder=str(tmp_path)) as client:
        assert client.stores.chosen is None
