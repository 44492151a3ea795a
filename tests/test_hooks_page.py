"""docs/hooks.md names every hook, protocol and effect with its exact arguments, and nothing else."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any, get_args

from hamr import api, effects, specs

PAGE = (Path(__file__).parent.parent / "docs" / "hooks.md").read_text(encoding="utf-8")


def signature(function: Any) -> str:
    names = [name for name in inspect.signature(function).parameters if name != "self"]
    return f"{function.__name__}({', '.join(names)})"


def test_every_hook_has_a_heading_with_its_arguments() -> None:
    hooks = [value for name, value in vars(specs).items() if name.startswith("hamr_")]
    assert hooks
    assert re.findall(r"^## `(.+)`$", PAGE, re.MULTILINE) == [signature(hook) for hook in hooks]


def test_every_method_of_what_a_hook_returns_is_there_with_its_arguments() -> None:
    for protocol in (
        specs.Transport,
        specs.Auth,
        specs.ToolWire,
        specs.EmbeddingWire,
        specs.ListingWire,
        specs.KeyStore,
        specs.StateStore,
    ):
        table = PAGE.partition(f"| method of `{protocol.__name__}` |")[2].partition("\n\n")[0]
        methods = [value for name, value in vars(protocol).items() if inspect.isfunction(value) and name[0] != "_"]
        assert re.findall(r"^\| `(.+?)` \|", table, re.MULTILINE) == [signature(method) for method in methods]


def test_every_effect_is_there_and_in_the_api() -> None:
    for effect in get_args(effects.Effect):
        assert f"`{signature(effect)}`" in PAGE
        assert getattr(api, effect.__name__) is effect


def test_the_methods_of_a_dialect_are_there() -> None:
    for name in ("parse", "encoder", "refusal"):
        assert f"`{signature(getattr(specs.Dialect, name))}`" in PAGE
    for name in ("parse_embeddings", "encode_vectors"):
        assert f"`{signature(getattr(specs.EmbeddingDialect, name))}`" in PAGE
