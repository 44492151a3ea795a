"""docs/errors.md names every error with its action."""

from __future__ import annotations

import re
from pathlib import Path

from hamr import errors

PAGE = (Path(__file__).parent.parent / "docs" / "errors.md").read_text(encoding="utf-8")


def test_every_error_is_there_with_its_action() -> None:
    listed = dict(re.findall(r"^\| `(\w+)` \|.*\| ([\w-]+) \|$", PAGE, re.MULTILINE))
    kinds = {kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.HamrError)}
    leaves = {kind.__name__: kind.action for kind in kinds if not kind.__subclasses__()}
    assert listed == leaves


def test_the_tree_at_the_head_of_the_module_says_the_same() -> None:
    tree = re.findall(r"[├└]─ (\w+).*? ([\w-]+)$", errors.__doc__ or "", re.MULTILINE)
    assert {name: action for name, action in tree if name != "CallError"} == dict(
        re.findall(r"^\| `(\w+)` \|.*\| ([\w-]+) \|$", PAGE, re.MULTILINE)
    )


def test_every_page_is_in_the_index() -> None:
    docs = Path(__file__).parent.parent / "docs"
    index = (docs / "README.md").read_text(encoding="utf-8")
    assert [
        page.name for page in docs.glob("*.md") if page.name != "README.md" and f"]({page.name})" not in index
    ] == []
