"""What a caller may ask for besides the prompt, and the Request it makes."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from math import isfinite
from operator import index
from typing import Any, NoReturn, TypedDict, get_args

from hamr.errors import ConfigError
from hamr.messages import Prompt, messages
from hamr.types import Request, ResponseFormat, Settings, ThinkingConfig, ThinkingLevel, Timeouts, Tool, ToolChoice

Dollars = Decimal | float | str


class Options(TypedDict, total=False):
    """The keyword arguments of every call."""

    system: str | None
    tools: Sequence[Tool | Mapping[str, Any] | Callable[..., Any]]
    tool_choice: str | ToolChoice | None
    parallel_tool_calls: bool | None
    response_format: Any  # 'json', 'text', a JSON Schema, a ResponseFormat, or any type that pydantic knows
    thinking: bool | int | ThinkingLevel | ThinkingConfig | None
    max_tokens: int | None
    temperature: float | None
    top_p: float | None
    top_k: int | None
    seed: int | None
    stop: str | Sequence[str] | None
    frequency_penalty: float | None
    presence_penalty: float | None
    logit_bias: Mapping[str, float] | None
    logprobs: int | None
    n: int | None
    verbosity: str | None
    service_tier: str | None
    store: bool | None
    user: str | None
    metadata: Mapping[str, str] | None
    cache_key: str | None
    options: Mapping[str, Any]
    headers: Mapping[str, str]
    api_mode: str | None
    background: bool
    timeout: float | Timeouts | None
    retries: int
    max_cost: Dollars | None
    substitute: bool


_APART = frozenset({"api_mode", "background", "timeout", "retries", "max_cost", "substitute"})
"""Those that are not about what is asked, but about how."""
_HOW = frozenset({"timeout", "retries", "max_cost", "substitute"})
"""Those of `Settings`."""


_NUMBERS = ("temperature", "top_p", "frequency_penalty", "presence_penalty")
_WHOLE = ("top_k", "seed", "logprobs", "n", "dimensions")
_TEXTS = ("system", "verbosity", "service_tier", "user", "cache_key")
_CHOICES = ("auto", "none", "required")
_TRUTHS = ("parallel_tool_calls", "store")


def request(prompt: Prompt, options: Options, *, stream: bool) -> Request:
    """The request that a prompt and its options make; raises ConfigError naming what is wrong."""
    fields = request_fields(options, Options.__annotations__)
    return Request(messages(prompt, fields.pop("system", None)), stream=stream, **fields)


class WaitOptions(TypedDict, total=False):
    """The keyword arguments of what is asked about an answer in the background."""

    api_mode: str | None
    timeout: float | Timeouts | None
    retries: int


def known(options: Iterable[str], names: Iterable[str]) -> None:
    """Raise ConfigError for an option that is not among these."""
    names = list(names)
    for name in options:
        if name not in names:
            near = difflib.get_close_matches(name, names, n=1)
            guess = f"Did you mean {near[0]}?" if near else "Fields of the provider's own go into options={...}."
            raise ConfigError(f"unknown option {name!r}", hint=guess)


def request_fields(options: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """The options that are about the request, read; raises ConfigError for one that is not known or makes no sense."""
    known(options, names)
    return {name: _READERS[name](value) for name, value in options.items() if name not in _APART}


def settings(options: Mapping[str, Any], default: Settings) -> Settings:
    """The settings of one call: the client's, with `timeout` (seconds for the whole, or Timeouts) and so on.

    Raises ConfigError for one that makes no sense, such as a `max_cost` that is no amount of dollars.
    """
    if _HOW.isdisjoint(options):
        return default
    timeout = options.get("timeout", default.timeouts)
    if timeout is None or (isinstance(timeout, int | float) and not isinstance(timeout, bool)):
        timeout = replace(default.timeouts, total=timeout)
    if not isinstance(timeout, Timeouts) or not all(map(_are_seconds, (timeout.connect, timeout.read, timeout.total))):
        raise wrong("timeout", options["timeout"], "seconds above zero, hamr.Timeouts(...), or None to wait for ever")
    if (retries := _count("retries", options.get("retries"))) is None:
        retries = default.retries
    most = _dollars(options["max_cost"]) if "max_cost" in options else default.max_cost
    substitute = bool(options.get("substitute", default.substitute))
    return replace(default, timeouts=timeout, retries=retries, max_cost=most, substitute=substitute)


def usual(environ: Mapping[str, str]) -> Settings:
    """The settings of a client that is given none: those of the environment."""
    said = environ.get("HAMR_SUBSTITUTE", "").strip().lower()
    return Settings(substitute=said not in ("", "0", "false", "no", "off"))


def _are_seconds(value: Any) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool) and value > 0)


def _dollars(value: Dollars | None) -> Decimal | None:
    if value is None:
        return None
    from hamr.spend.budget import usd

    plain = value.removeprefix("$") if isinstance(value, str) else value
    return usd(plain, "max_cost", "Give what the call may cost at most in dollars, such as 0.05.")


def patience(options: Mapping[str, Any]) -> float | None:
    """The seconds that an answer in the background is waited for: without end unless the call says so."""
    timeout = options.get("timeout")
    return timeout.total if isinstance(timeout, Timeouts) else timeout


def _tools(tools: Sequence[Tool | Mapping[str, Any] | Callable[..., Any]] | None) -> tuple[Tool, ...]:
    given: Any = tools
    if given is not None and (callable(given) or isinstance(given, str | Mapping) or not isinstance(given, Iterable)):
        raise wrong("tools", given, "a list of functions, hamr Tools or dicts")
    made = tuple(tool if isinstance(tool, Tool) else _tool(tool, place) for place, tool in enumerate(tools or ()))
    places: dict[str, int] = {}
    for place, tool in enumerate(made):
        named(f"tools[{place}].name", tool.name)
        if (first := places.setdefault(tool.name, place)) != place:
            raise ConfigError(
                f"tools[{first}] and tools[{place}] are both named {tool.name!r}",
                hint="Give one of them another name: hamr.tool(function, name=...).",
            )
    return made


def _tool(value: Any, place: int) -> Tool:
    if callable(value):
        from hamr.tools.function import offered

        return offered(value)
    inner = value.get("function", value) if isinstance(value, Mapping) else None
    if not isinstance(inner, Mapping) or not isinstance(inner.get("name"), str):
        raise ConfigError(
            f"tools[{place}] is no tool",
            hint="Give a function, a hamr Tool, or a dict with name, description and parameters.",
        )
    known = {
        name: inner[name] for name in ("name", "description", "parameters", "strict") if inner.get(name) is not None
    }
    return Tool(**known)


def _tool_choice(choice: str | ToolChoice | None) -> ToolChoice | None:
    if choice is None:
        return None
    if isinstance(choice, ToolChoice):
        return choice if choice.mode in _CHOICES else _mistyped("tool_choice", choice, ToolChoice)
    named: Any = choice
    if not isinstance(named, str) or not named:
        raise wrong("tool_choice", named, "'auto', 'none', 'required', the name of a tool, or a hamr.ToolChoice")
    if choice in _CHOICES:
        return ToolChoice(choice)  # type: ignore[arg-type]  # one of the three, just compared
    return ToolChoice("required", (choice,))


def _response_format(wanted: Any) -> ResponseFormat | None:
    if wanted is None:
        return None
    if isinstance(wanted, ResponseFormat):
        plain = wanted.schema is None or isinstance(wanted.schema, Mapping)
        return wanted if plain else _mistyped("response_format", wanted, ResponseFormat)
    if isinstance(wanted, Mapping):
        return ResponseFormat(schema=wanted, name=str(wanted.get("title", "response")))
    if not isinstance(wanted, str):
        from hamr.shapes.shape import shape

        return shape(wanted)
    if wanted in ("json", "text"):
        return ResponseFormat() if wanted == "json" else None
    raise ConfigError(f"response_format {wanted!r} is unknown", hint="Give 'json', 'text', a JSON Schema or a type.")


def _thinking(wanted: ThinkingConfig | ThinkingLevel | int | None) -> ThinkingConfig | None:
    if wanted is None:
        return None
    if isinstance(wanted, ThinkingConfig):
        known = wanted.level is None or wanted.level in get_args(ThinkingLevel)
        return wanted if known else _mistyped("thinking", wanted, ThinkingConfig)
    if isinstance(wanted, bool):
        return ThinkingConfig("medium" if wanted else "off")
    if isinstance(wanted, int):
        return ThinkingConfig(tokens=_count("thinking", wanted))
    if wanted not in get_args(ThinkingLevel):
        raise ConfigError(f"thinking {wanted!r} is unknown", hint=f"Give one of {', '.join(get_args(ThinkingLevel))}.")
    return ThinkingConfig(wanted)


def _mistyped(name: str, value: Any, kind: type) -> NoReturn:
    """Raise the ConfigError for one of hamr's own types that was made wrongly."""
    from hamr.mistyped import mistyped

    raise mistyped(value, kind, name) or wrong(name, value, f"a hamr.{kind.__name__}")


def _stop(stop: str | Sequence[str] | None) -> tuple[str, ...]:
    if isinstance(stop, str):
        return (stop,)
    given: Any = stop
    texts = tuple(given or ()) if isinstance(given, Iterable | None) else (None,)
    if not all(isinstance(each, str) for each in texts):
        raise wrong("stop", stop, "a text, or a list of texts")
    return texts


def _number(name: str, value: Any) -> Any:
    if value is not None and (not isinstance(value, int | float) or isinstance(value, bool)):
        raise wrong(name, value, "a number")
    if isinstance(value, float) and not isfinite(value):  # JSON has none of these, and would be spoilt by them
        raise wrong(name, value, "a finite number")
    return value


def _whole(name: str, value: Any) -> int | None:
    """A whole number, of whatever type, as those of NumPy; also where it is written 1.0."""
    if value is None or type(value) is int:
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise wrong(name, value, "a whole number")
    return index(value)


def _count(name: str, value: Any) -> int | None:
    found = _whole(name, value)
    if found is not None and found < 0:
        raise wrong(name, value, "zero or more")
    return found


def _text(name: str, value: Any) -> Any:
    if value is not None and not isinstance(value, str):
        raise wrong(name, value, "a text")
    return value


def _truth(name: str, value: Any) -> Any:
    if value is not None and not isinstance(value, bool):
        raise wrong(name, value, "True or False")
    return value


def _table(name: str, value: Any) -> Any:
    if not isinstance(value, Mapping):
        raise wrong(name, value, "a mapping, such as a dict")
    return value


def _table_or_none(name: str, value: Any) -> Any:
    return None if value is None else _table(name, value)


def _headers(name: str, value: Any) -> Any:
    for header, said in _table(name, value).items():
        if not isinstance(header, str) or not isinstance(said, str):
            raise ConfigError(f"headers[{header!r}] is no text", hint="Give names and values as texts.")
    return value


def mode(options: Mapping[str, Any]) -> str | None:
    """The interface of the provider that a call names; raises ConfigError where it is no text."""
    value: str | None = _text("api_mode", options.get("api_mode"))
    return value


def named(name: str, value: Any) -> str:
    """A name that must be given; raises ConfigError where it is no text."""
    if not isinstance(value, str):
        raise wrong(name, value, "its name as a text")
    return value


def wrong(name: str, value: Any, wanted: str) -> ConfigError:
    """The error for an argument of the wrong type or size."""
    shown = f"{value!r}" if isinstance(value, int | float) else f"of the type {type(value).__name__}"
    return ConfigError(f"{name} is {shown}", hint=f"Give {wanted}.")


_READERS: Mapping[str, Callable[[Any], Any]] = {
    **{name: partial(_number, name) for name in _NUMBERS},
    **{name: partial(_whole, name) for name in _WHOLE},
    **{name: partial(_text, name) for name in _TEXTS},
    **{name: partial(_truth, name) for name in _TRUTHS},
    **{name: partial(_table_or_none, name) for name in ("logit_bias", "metadata")},
    "max_tokens": partial(_count, "max_tokens"),
    "options": partial(_table, "options"),
    "headers": partial(_headers, "headers"),
    "tools": _tools,
    "tool_choice": _tool_choice,
    "response_format": _response_format,
    "thinking": _thinking,
    "stop": _stop,
}
