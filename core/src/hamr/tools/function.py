"""A tool with a function behind it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any, overload

from hamr.errors import BrokenReply, ConfigError
from hamr.types import Tool, ToolCall

NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""What all providers take for a name: OpenAI's API reference, "function.name", and those that copy it."""

_FOREIGN = re.compile(r"[^A-Za-z0-9_-]")
_KEPT = "__hamr_tool__"


@dataclass(frozen=True, slots=True)
class FunctionTool(Tool):
    """A tool that can be run, and called as the function behind it.

    `read` makes the function's arguments out of their JSON, or the instance where a type stands in its place.
    """

    function: Callable[..., Any] = field(kw_only=True, repr=False)
    read: Callable[[bytes], Any] = field(kw_only=True, repr=False, compare=False)
    is_async: bool = field(default=False, kw_only=True)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """What the function itself gives."""
        return self.function(*args, **kwargs)

    def invoke(self, call: ToolCall) -> Any:
        """Run what the model asks for: what the function returns, an awaitable if it is async; a model's instance.

        Raises BrokenReply where the arguments are no JSON or do not fit, and whatever the function raises.
        """
        if call.problem is not None:
            raise BrokenReply(f"the call of {self.name} was not run: {call.problem}")
        from pydantic_core import to_json

        try:
            made = self.read(to_json(dict(call.arguments)))
        except ValueError as error:
            raise BrokenReply(f"the arguments of {self.name} do not fit its schema: {error}") from None
        return made if isinstance(self.function, type) else self.function(**made)


@overload
def tool(given: Callable[..., Any], /, *, name: str | None = None, description: str | None = None) -> FunctionTool: ...
@overload
def tool(
    given: None = None, /, *, name: str | None = None, description: str | None = None
) -> Callable[[Callable[..., Any]], FunctionTool]: ...
def tool(
    given: Callable[..., Any] | None = None, /, *, name: str | None = None, description: str | None = None
) -> FunctionTool | Callable[[Callable[..., Any]], FunctionTool]:
    """A tool made of a function, a method, a partial, an object that can be called, or a pydantic model.

    Also a decorator, with or without arguments. Raises ConfigError naming function and parameter where no schema can
    express it.
    """
    if given is None:
        return lambda function: _made(function, name, description)
    return _made(given, name, description)


def offered(given: Callable[..., Any]) -> FunctionTool:
    """The tool of what was given among the tools of a call; that of a function is made once."""
    if isinstance(given, FunctionTool):
        return given
    if not isinstance(given, FunctionType):
        return _made(given)
    kept = given.__dict__.get(_KEPT)
    if isinstance(kept, FunctionTool) and kept.function is given:
        return kept
    made = _made(given)
    setattr(given, _KEPT, made)
    return made


def sanitised(name: str) -> str:
    """The name in the characters that all providers take."""
    return _FOREIGN.sub("_", name)[:64] or "tool"


def _made(given: Callable[..., Any], name: str | None = None, description: str | None = None) -> FunctionTool:
    named: Any = name
    if named is not None and (not isinstance(named, str) or NAME.fullmatch(named) is None):
        raise ConfigError(f"the tool name {name!r} is none", hint="A name has 1 to 64 of A-Z a-z 0-9 _ -.")
    described: Any = description
    if not isinstance(described, str | None):
        kind = type(described).__name__
        raise ConfigError(f"the description of a tool is of the type {kind}", hint="Give it as a text.")
    if isinstance(given, type):
        return _of_type(given, name, description)
    from hamr.tools import signature
    from hamr.tools.json_schema import Arguments

    signed = signature.read(given)
    arguments = Arguments(signed.name, signed.parameters)
    return FunctionTool(
        name=name or sanitised(signed.name),
        description=signed.description if description is None else description,
        parameters=arguments.schema,
        function=given,
        read=arguments.read,
        is_async=signed.is_async,
    )


def _of_type(kind: type, name: str | None, description: str | None) -> FunctionTool:
    from hamr.tools.model import Model

    model = Model(kind)
    schema: Mapping[str, Any] = model.schema
    return FunctionTool(
        name=name or sanitised(kind.__name__),
        description=model.description if description is None else description,
        parameters=schema,
        function=kind,
        read=model.read,
    )
