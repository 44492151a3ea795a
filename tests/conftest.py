"""What the checks of built distributions are told."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--dists`: the folder of built wheels and sdists, for tests/check_wheels.py."""
    parser.addoption("--dists", default="dist", help="the folder of wheels and sdists that were built")
