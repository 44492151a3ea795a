"""The parameters of a callable, as a model may fill them in."""

from __future__ import annotations

import functools
import inspect
import typing
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hamr.errors import ConfigError
from hamr.tools import docstring

EMPTY = inspect.Parameter.empty


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: its type, its default (or EMPTY), and what the docstring says of it."""

    name: str
    hint: Any
    default: Any = EMPTY
    description: str = ""


@dataclass(frozen=True, slots=True)
class Signature:
    """What a callable is called, what it does, and what it takes."""

    name: str
    description: str
    parameters: tuple[Parameter, ...]
    is_async: bool


def read(function: Callable[..., Any]) -> Signature:
    """The signature; raises ConfigError naming function and parameter where a model could not fill it in.

    What a `functools.partial` has filled in is not offered to the model.
    """
    inner, name = _inner(function)
    filled = _filled(function)
    said = docstring.read(_documentation(function, inner))
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError) as error:
        raise ConfigError(f"the tool {name}: its parameters are not known: {error}", hint=WRAP) from error
    wanted = [each for each in parameters if each.name not in filled]
    for each in wanted:
        _check(name, each)
    hints = _hints(inner, name) if wanted else {}
    return Signature(
        name=name,
        description=said.summary,
        parameters=tuple(_parameter(name, each, hints, said.parameters) for each in wanted),
        is_async=inspect.iscoroutinefunction(inner),
    )


WRAP = "Wrap it in a function whose parameters have names and type hints."


def _inner(function: Callable[..., Any]) -> tuple[Any, str]:
    """What bears hints and docstring, and its name: the function in a partial, the `__call__` of an object."""
    while isinstance(function, functools.partial):
        function = function.func
    if hasattr(function, "__name__"):
        return function, function.__name__
    return type(function).__call__, type(function).__name__


def _filled(function: Callable[..., Any]) -> set[str]:
    return set(function.keywords) if isinstance(function, functools.partial) else set()


def _documentation(function: Callable[..., Any], inner: Any) -> str | None:
    """The docstring of an object's class counts where its `__call__` has none."""
    return inner.__doc__ or (None if inner is function or isinstance(function, functools.partial) else function.__doc__)


def _check(name: str, parameter: inspect.Parameter) -> None:
    place = f"the tool {name}: the parameter {parameter}"
    if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
        raise ConfigError(f"{place} takes any arguments, which no schema can express", hint=WRAP)
    if parameter.kind is parameter.POSITIONAL_ONLY:
        raise ConfigError(f"{place} is positional only, and models give arguments by name", hint=WRAP)
    if parameter.annotation is EMPTY:
        hint = "Give the tool as a bound method." if parameter.name == "self" else f"Write {parameter.name}: <type>."
        raise ConfigError(f"the tool {name}: the parameter {parameter.name} has no type hint", hint=hint)


def _hints(inner: Any, name: str) -> dict[str, Any]:
    try:
        return typing.get_type_hints(inner, include_extras=True)
    except NameError as error:
        names = inspect.getclosurevars(inspect.unwrap(inner)).nonlocals
        try:
            return typing.get_type_hints(inner, localns=dict(names), include_extras=True)
        except NameError:
            raise ConfigError(
                f"the tool {name}: a type hint cannot be resolved: {error}",
                hint="Define the type at the top of its module, outside of functions and of `if TYPE_CHECKING`.",
            ) from error
    except (TypeError, SyntaxError) as error:
        raise ConfigError(f"the tool {name}: a type hint is no type: {error}", hint=WRAP) from error


def _parameter(name: str, parameter: inspect.Parameter, hints: dict[str, Any], said: dict[str, str]) -> Parameter:
    hint, default = hints.get(parameter.name, parameter.annotation), parameter.default
    if default is None:
        hint = typing.Optional[hint]  # noqa: UP045  # a hint may be anything, `|` is not for all of them
    return Parameter(parameter.name, hint, default, said.get(parameter.name, ""))
