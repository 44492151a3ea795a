"""What `pip install hamr` brings along: little, and no vendor's kit (pain 7)."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement

DISTRIBUTIONS, MEGABYTES = 15, 25


def brought(name: str, seen: set[str]) -> set[str]:
    """The normalized names of a distribution and of all that it requires here, extras left out."""
    normal = re.sub(r"[-_.]+", "-", name).lower()
    if normal in seen:
        return seen
    try:
        required = distribution(normal).requires or []
    except PackageNotFoundError:
        return seen
    seen.add(normal)
    for each in map(Requirement, required):
        if each.marker is None or each.marker.evaluate({"extra": ""}):
            brought(each.name, seen)
    return seen


def test_the_core_brings_few_distributions() -> None:
    names = brought("hamr", set())
    assert {"hamr", "pluggy", "pydantic", "stevedore"} <= names
    assert len(names) <= DISTRIBUTIONS, sorted(names)


def test_the_core_brings_no_vendors_kit() -> None:
    assert brought("hamr", set()) & {"anthropic", "boto3", "botocore", "google-genai", "groq", "openai"} == set()


def test_the_core_is_small_on_disk() -> None:
    places = [
        Path(str(distribution(name).locate_file(file))) for name in brought("hamr", set()) for file in files(name)
    ]
    size = sum(place.stat().st_size for place in places if place.exists() and place.suffix != ".pyc")
    assert size <= MEGABYTES * 1_000_000


def files(name: str) -> list[str]:
    """The paths of a distribution's files."""
    return [str(file) for file in distribution(name).files or ()]
