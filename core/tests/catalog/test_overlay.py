"""What a user has fetched of models: kept whole, over what packages say and under the user's own files."""

from __future__ import annotations

import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from hamr import Hamr
from hamr.catalog.origins import facts
from hamr.catalog.overlay import Overlay, Overlays
from hamr.catalog.pricing import Pricing
from hamr.catalog.row import Row
from hamr.cli.price_lists import PriceLists
from hamr.errors import ConfigError
from hamr.prices import price_lists
from hamr.types import ModelInfo, Usage
from hamr_testkit.installing import Install

MANIFEST = 'id = "acme"\nname = "Acme"\nbase_url = "https://acme.test/v1"\nwire = "openai-completions"\n'
SHIPPED = """source = "shipped"
date = "2026-01-01"
[[model]]
id = "large"
context_window = 1000
max_tokens = 100
[[model.price]]
input = 2
output = 8
"""
WRITTEN = """
[[model]]
id = "acme/large"
name = "My large one"
context_window = 9000
max_tokens = 900
input = ["text", "image"]
reasoning = false
"""
NOW = 1_800_000_000
DAY = 86_400


@pytest.fixture
def environ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, install: Install) -> dict[str, str]:
    (install("acme", manifest=MANIFEST) / "models.toml").write_text(SHIPPED)
    variables = {"XDG_CACHE_HOME": str(tmp_path / "cache"), "HAMR_CONFIG_DIR": str(tmp_path / "config")}
    monkeypatch.setenv("XDG_CACHE_HOME", variables["XDG_CACHE_HOME"])
    return variables


@pytest.fixture
def overlays(tmp_path: Path) -> Overlays:
    return Overlays(str(tmp_path / "cache" / "hamr" / "catalog"))


def listed(*rows: dict[str, Any], kind: str = "listed", fetched: int = NOW, provider: str = "acme") -> Overlay:
    told = [{"source": f"a {kind} page", "date": "2026-11-25", **row} for row in rows]
    return Overlay(provider, kind, f"a {kind} page", fetched, told)


def row(environ: dict[str, str]) -> Row:
    """What counts of `acme/large`."""
    with Hamr(environ=environ, folder=None) as client:
        found = Pricing("large", price_lists("acme", client.providers, environ)).row()
    assert found is not None
    return found


def test_it_counts_over_the_package_and_under_the_users_own_file(environ: dict[str, str], overlays: Overlays) -> None:
    assert row(environ).context_window == 1000
    overlays.write(listed({"id": "large", "context_window": 3000, "max_tokens": 300}, kind="given"))
    overlays.write(listed({"id": "large", "context_window": 2000}))
    merged = row(environ)
    assert (merged.context_window, merged.max_tokens) == (2000, 300), "the provider's own list counts first"
    config = Path(environ["HAMR_CONFIG_DIR"])
    config.mkdir()
    (config / "models.toml").write_text('[[model]]\nid = "acme/large"\nmax_tokens = 500\nreleased = "2026-01-02"\n')
    assert (row(environ).max_tokens, row(environ).released) == (500, "2026-01-02")
    assert row(environ).context_window == 2000


def test_how_much_fits_is_as_the_provider_lists_it_and_all_else_as_it_is_written(
    environ: dict[str, str], overlays: Overlays
) -> None:
    """H-120."""
    overlays.write(listed({"id": "large", "context_window": 2000, "max_tokens": 20, "input": ["text"], "name": "L"}))
    overlays.write(listed({"id": "large", "context_window": 3000}, kind="given"))
    config = Path(environ["HAMR_CONFIG_DIR"])
    config.mkdir()
    (config / "models.toml").write_text(WRITTEN)
    merged = row(environ)
    assert (merged.context_window, merged.max_tokens) == (2000, 20)
    assert (merged.input, merged.name, merged.reasoning) == (("text", "image"), "My large one", False)
    with Hamr(environ=environ, folder=None) as client:
        lists = price_lists("acme", client.providers, environ)
        told = {fact.field: (fact.value, fact.kind) for fact in facts(lists, "large")}
        shown = PriceLists(client.providers, environ)
        live = ModelInfo("large", "acme", "L", context_window=1500, input=("text",), reasoning=True, tools=True)
        filled = shown.filled(live)
    assert told["context_window"] == (2000, "listed")
    assert told["name"] == ("My large one", "own")
    assert (filled.context_window, filled.max_tokens) == (1500, 20)
    assert (filled.name, filled.input, filled.reasoning) == ("My large one", ("text", "image"), False)
    assert filled.tools is True, "nobody has written anything of it"


def test_a_price_that_only_the_package_knows_keeps_its_own_source(environ: dict[str, str], overlays: Overlays) -> None:
    overlays.write(listed({"id": "large", "context_window": 2000}))
    with Hamr(environ=environ, folder=None) as client:
        charge = client.pipeline("acme/large").charge
        assert charge is not None
        cost = charge(Usage(input=1_000_000), "", None, "2026-11-25")
    assert (cost.usd, cost.reason) == (Decimal(2), "by the price list (shipped of 2026-01-01)")


def test_a_price_that_was_fetched_counts_and_says_where_from(environ: dict[str, str], overlays: Overlays) -> None:
    overlays.write(listed({"id": "large", "price": [{"input": 3}]}))
    with Hamr(environ=environ, folder=None) as client:
        charge = client.pipeline("acme/large").charge
        assert charge is not None
        cost = charge(Usage(input=1_000_000, output=1_000_000), "", None, "2026-11-25")
    assert (cost.usd, cost.reason) == (Decimal(11), "by the price list (a listed page of 2026-11-25)")


def test_new_models_are_known_by_their_names_and_a_change_is_seen(environ: dict[str, str], overlays: Overlays) -> None:
    def chosen(name: str) -> str:
        with Hamr(environ=environ, folder=None) as client:
            found = client.selection(name)
        return f"{found.provider}/{found.model}"

    assert chosen("large") == "acme/large"
    overlays.write(listed({"id": "quux-9"}))
    assert chosen("quux-9") == "acme/quux-9"
    overlays.write(listed({"id": "quux-10"}))
    assert chosen("quux-10") == "acme/quux-10"
    overlays.clear()
    assert chosen("quux-10") != "acme/quux-10"


def test_files_are_for_their_owner_alone(overlays: Overlays, tmp_path: Path) -> None:
    path = Path(overlays.write(listed({"id": "large"})))
    assert path.stat().st_mode & 0o777 == 0o600
    for folder in (path.parent, path.parent.parent):
        assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"format": 99}', '{"format": 1, "source": "a", "fetched": 1, "model": [1]}']
)
def test_a_spoilt_one_counts_for_nothing_and_is_told(environ: dict[str, str], overlays: Overlays, text: str) -> None:
    path = Path(overlays.write(listed({"id": "large", "context_window": 2000})))
    path.write_text(text)
    assert row(environ).context_window == 1000
    [problem] = overlays.all()
    assert isinstance(problem, ConfigError)
    assert str(path) in problem.message
    assert "hamr catalog refresh" in problem.hint
    assert overlays.clear() == [str(path)]
    assert not list(overlays.all())


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_one_that_may_not_be_read_counts_for_nothing(environ: dict[str, str], overlays: Overlays) -> None:
    path = Path(overlays.write(listed({"id": "large", "context_window": 2000})))
    path.chmod(0)
    assert row(environ).context_window == 1000
    assert isinstance(next(iter(overlays.all())), ConfigError)


def test_a_folder_in_its_place_counts_for_nothing(environ: dict[str, str], overlays: Overlays) -> None:
    path = Path(overlays.write(listed({"id": "large", "context_window": 2000})))
    path.unlink()
    path.mkdir()
    assert row(environ).context_window == 1000
    assert isinstance(next(iter(overlays.all())), ConfigError)


def test_without_room_the_one_before_stays(overlays: Overlays) -> None:
    path = Path(overlays.write(listed({"id": "large"})))
    before = path.read_bytes()
    script = (
        "import sys, resource, signal; from hamr.catalog.overlay import *\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "rows = [{'id': f'm{n}', 'source': 's', 'date': '2026-11-25'} for n in range(1000)]\n"
        "Overlays(sys.argv[1]).write(Overlay('acme', 'listed', 's', 1, rows))\n"
    )
    ran = subprocess.run([sys.executable, "-c", script, overlays.folder or ""], capture_output=True, check=False)
    assert b"cannot be written: File too large" in ran.stderr
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_others_files_are_left_alone(overlays: Overlays) -> None:
    path = Path(overlays.write(listed({"id": "large"})))
    (path.parent / "notes.txt").write_text("mine")
    (path.parent / ".acme.listed.json").write_text("half")
    assert len(list(overlays.all())) == 1
    overlays.clear("other")
    assert path.exists()
    overlays.clear("acme")
    assert sorted(each.name for each in path.parent.iterdir()) == [".acme.listed.json", "notes.txt"]


def test_there_is_none_without_a_cache_folder() -> None:
    nowhere = Overlays(None)
    assert (nowhere.of("acme"), list(nowhere.all()), nowhere.clear(), nowhere.files()) == ([], [], [], [])
    with pytest.raises(ConfigError, match="no place for a catalog"):
        nowhere.write(listed({"id": "large"}))


@pytest.mark.parametrize(
    ("days", "age", "stale"),
    [(0, "of today", False), (1, "1 day old", False), (31, "31 days old", True), (-3, "yet to come", True)],
)
def test_its_age_is_told_also_where_the_clock_was_set_back(days: int, age: str, stale: bool) -> None:
    overlay = listed()
    assert age in overlay.age(NOW + days * DAY)
    assert overlay.is_stale(NOW + days * DAY) is stale
