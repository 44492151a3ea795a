"""`--tool module:function`: functions of the user's own, imported."""

from __future__ import annotations

import functools
import importlib
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

from hamr.errors import ConfigError

HINT = "Name it as module:function; a module in the current folder is found too."


def load(names: Sequence[str]) -> list[Callable[..., Any]]:
    """The functions of these names; raises ConfigError naming the one that cannot be imported, and why."""
    here = os.getcwd()
    if names and here not in sys.path:
        sys.path.insert(0, here)
    return [_function(name) for name in names]


def _function(name: str) -> Callable[..., Any]:
    module, _, attributes = name.partition(":")
    if not module or not attributes:
        raise ConfigError(f"--tool {name}: no function is named", hint=HINT)
    if module.endswith(".py"):
        meant = module.removesuffix(".py").replace(os.sep, ".").lstrip(".")
        raise ConfigError(f"--tool {name}: {module} is a file", hint=f"Name the module: --tool {meant}:{attributes}")
    try:
        found = functools.reduce(getattr, attributes.split("."), importlib.import_module(module))
    except (Exception, SystemExit) as error:  # the user's own code may fail in any way
        raise ConfigError(f"--tool {name}: {type(error).__name__}: {error}", hint=HINT) from error
    if not callable(found):
        raise ConfigError(f"--tool {name}: a {type(found).__name__} cannot be called", hint=HINT)
    function: Callable[..., Any] = found
    return function
