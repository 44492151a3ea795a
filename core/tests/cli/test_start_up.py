"""`hamr plugins --time`: what importing each plugin costs."""

from __future__ import annotations

import sys
from typing import Any

import pytest

SLOW = "import time\nends = time.process_time() + 0.05\nwhile time.process_time() < ends:\n    pass\nprint('hello')\n"


def pieces(ran: Any, name: str) -> Any:
    return next(plugin["brings"] for plugin in ran.json["plugins"] if plugin["distribution"] == name)


def test_the_cost_of_each_in_a_process_of_its_own(install: Any, hamr: Any) -> None:
    install("slow", code=SLOW)
    install("quick")
    ran = hamr("plugins", "--time", "--json")
    assert ran.code == 0
    (slow,), (quick,) = pieces(ran, "hamr-provider-slow"), pieces(ran, "hamr-provider-quick")
    assert 50 <= slow["cpu_ms"] < 500
    assert 0 <= quick["cpu_ms"] < 50
    assert quick["works"] is None
    assert "hamr_provider_slow" not in sys.modules


@pytest.mark.parametrize("code", ["import nothing_of_this_name", "raise SystemExit(3)", "import os\nos._exit(0)"])
def test_one_that_fails_is_told(install: Any, hamr: Any, code: str) -> None:
    install("acme", code=code)
    ran = hamr("plugins", "--time")
    assert ran.code == 1
    assert "fails: hamr-provider-acme 1.2.3 cannot be imported: " in ran.out


def test_with_check_both_are_told(install: Any, hamr: Any) -> None:
    install("acme")
    ran = hamr("plugins", "--time", "--check")
    assert ran.out.splitlines()[0].split() == ["distribution", "version", "brings", "CPU", "ms", "check"]
    (line,) = (line.split() for line in ran.out.splitlines() if line.startswith("hamr-provider-acme"))
    assert line[4].replace(".", "", 1).isdigit()
    assert line[5] == "works"
