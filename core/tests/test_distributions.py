"""Our reading of the installed entry points is the standard library's."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path

from hamr.plugins.distributions import entry_points


def test_the_entry_points_are_those_of_the_standard_library() -> None:
    groups = {"console_scripts", "pytest11", "hamr.commands", "hamr.providers", "hypothesis"}
    for group in groups:
        ours = {(point.name, point.value) for point in entry_points(group)}
        theirs = {
            (point.name, point.value.partition("[")[0].strip())
            for point in importlib.metadata.entry_points(group=group)
        }
        assert ours == theirs


def test_an_entry_point_knows_its_distribution() -> None:
    (point,) = [point for point in entry_points("console_scripts") if point.name == "hamr"]
    assert (point.dist, point.version) == ("hamr", importlib.metadata.version("hamr"))


def test_of_two_copies_of_a_distribution_the_first_counts(tmp_path: Path) -> None:
    for folder, value in (("a", "first"), ("b", "second")):
        metadata = tmp_path / folder / "Some.Plugin_X-1.0.dist-info"
        metadata.mkdir(parents=True)
        (metadata / "entry_points.txt").write_text(f"# a comment\n[g]\nx = {value} [extra]\n[other]\ny = z\n")
    points = entry_points("g", [str(tmp_path / "a"), str(tmp_path / "b"), str(tmp_path / "gone")])
    assert [(point.name, point.value, point.dist, point.version) for point in points] == [
        ("x", "first", "some-plugin-x", "1.0")
    ]


def test_what_was_installed_a_moment_ago_is_there(tmp_path: Path) -> None:
    """stevedore's cache takes changes within two minutes for none; ours is no cache."""
    path = [str(tmp_path)]
    assert entry_points("g", path) == ()
    metadata = tmp_path / "late-1.dist-info"
    metadata.mkdir()
    (metadata / "entry_points.txt").write_text("[g]\nx = y\n")
    assert [point.name for point in entry_points("g", path)] == ["x"]
