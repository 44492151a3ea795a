"""docs/write-a-provider.md lists the fields of a manifest, and its example is one."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from pathlib import Path

from hamr.plugins.manifest import Manifest, check

FIELDS = {field.name for field in fields(Manifest)}
PAGE = (Path(__file__).parent.parent / "docs" / "write-a-provider.md").read_text(encoding="utf-8")


def test_every_field_is_listed() -> None:
    assert sorted(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)) == sorted(FIELDS)


def test_the_example_is_valid() -> None:
    (example,) = [block for block in re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL) if "api = 1" in block]
    tables = tomllib.loads(example)
    assert check(tables, "the page").provider({}, "the page").id == "acme"
    assert FIELDS - set(tables) == {
        "catalog",
        "features",
        "header_values",
        "headers",
        "headers_env",
        "health",
        "host",
        "icon",
        "limits",
        "local",
        "mode",
        "mode_env",
        "model",
        "modes",
        "more_headers_env",
        "parameters",
        "regions",
        "retry",
        "transport",
    }
