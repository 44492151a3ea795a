"""The options by which a command says how a model is to answer, and what they mean to a call."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, cast

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from click.shell_completion import CompletionItem

    from hamr.options import Options

LEVELS = ("off", "minimal", "low", "medium", "high", "xhigh", "max")
"""Those of hamr.types.ThinkingLevel, which is not imported to show help."""

NAMES = (
    "system",
    "max_tokens",
    "thinking",
    "temperature",
    "top_p",
    "top_k",
    "seed",
    "stop",
    "frequency_penalty",
    "presence_penalty",
    "api_mode",
    "options",
    "timeout",
    "retries",
    "max_cost",
    "substitute",
)
"""The options here that are options of a call too, by the same name."""


def _thinking(context: click.Context, parameter: click.Parameter, value: str | None) -> str | int | None:
    """A level, or a number of tokens."""
    text = value.strip().lower() if value is not None else None
    if text is None or text in LEVELS:
        return text
    if not text.isdecimal() or not int(text):
        told = f"{value!r} is neither one of {', '.join(LEVELS)} nor a number of tokens."
        raise click.BadParameter(told, context, parameter)
    return int(text)


def _levels(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    return [level for level in LEVELS if level.startswith(incomplete)]


def _models(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The installed providers, or after a slash the models that the provider's manifest names."""
    provider, slash, _ = incomplete.partition("/")
    if not slash:
        return providers(context, parameter, incomplete)
    from click.shell_completion import CompletionItem

    from hamr.cli import known_models
    from hamr.plugins.discover import Plugins

    return [CompletionItem(name) for name in known_models.of(Plugins(), provider) if name.startswith(incomplete)]


def paths(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Let the shell complete a path."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type="file")]


def providers(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The installed providers that begin like this, for the shell's completion."""
    from click.shell_completion import CompletionItem

    from hamr.plugins.discover import Plugins

    return [CompletionItem(id) for id in Plugins().providers if id.startswith(incomplete)]


def _finite(context: click.Context, parameter: click.Parameter, value: float | None) -> float | None:
    if value is not None and not math.isfinite(value):
        raise click.BadParameter(f"{value} is no finite number.", context, parameter)
    return value


def _fields(context: click.Context, parameter: click.Parameter, pairs: Sequence[str]) -> dict[str, Any] | None:
    """`key=value` pairs; a value that is no JSON is a string."""
    fields = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not name or not equals:
            raise click.BadParameter(f"{pair!r} is not of the form key=value.", context, parameter)
        fields[name] = _value(value)
    return fields or None


def _value(text: str) -> Any:
    import json

    try:
        return json.loads(text, parse_constant=_no_constant)
    except ValueError:
        return text


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _seconds() -> click.FloatRange:
    return click.FloatRange(min=0, min_open=True)


def _listed(_context: click.Context, _option: click.Parameter, given: tuple[str, ...]) -> str | None:
    """The models with commas between them, as the client takes them."""
    return ",".join(given) or None


def _text(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    from hamr.cli import prompt

    return None if value is None else prompt.said([value])


def model(variable: str) -> Callable[[Any], Any]:
    """The option `-m`; `variable` says what is asked without it. Several are the candidates of a pool."""
    return click.option(
        "-m",
        "--model",
        metavar="PROVIDER/MODEL",
        multiple=True,
        callback=_listed,
        shell_complete=_models,
        help=f"May be repeated: the first that can serve does. Default: {variable}.",
    )


MODEL = model("HAMR_LLM_MODEL")
FIELDS = click.option(
    "-o",
    "--option",
    "options",
    multiple=True,
    metavar="KEY=VALUE",
    callback=_fields,
    help="A field of the provider's own; the value is JSON, or else a string. May be repeated.",
)
PATIENCE = (
    click.option(
        "--timeout", type=_seconds(), callback=_finite, metavar="SECONDS", help="For the whole call, with its retries."
    ),
    click.option("--retries", type=click.IntRange(min=0), metavar="N", help="How often a failed call is sent again."),
)
MAX_COST = click.option(
    "--max-cost", metavar="DOLLARS", help="Send nothing that may cost more; what it may cost is an estimate."
)
ANSWERING = (
    click.option("-s", "--system", metavar="TEXT", callback=_text, help="What the model is told before the prompt."),
    click.option(
        "--max-tokens", type=click.IntRange(min=1), metavar="N", help="The most tokens that the answer may have."
    ),
    click.option(
        "--thinking",
        callback=_thinking,
        shell_complete=_levels,
        metavar="LEVEL|TOKENS",
        help=f"How much it thinks: {', '.join(LEVELS)}.",
    ),
    click.option("--temperature", type=float, callback=_finite, metavar="X", help="How freely it chooses its words."),
    click.option("--top-p", type=float, callback=_finite, metavar="X", help="From how many of the likely words."),
    click.option("--top-k", type=click.IntRange(min=1), metavar="N", help="From the N likeliest words."),
    click.option("--seed", type=int, metavar="N", help="The same answer for the same seed, where it can."),
    click.option("--stop", multiple=True, metavar="TEXT", help="Ends the answer. May be repeated."),
    click.option("--frequency-penalty", type=float, callback=_finite, metavar="X", help="Against repeated words."),
    click.option("--presence-penalty", type=float, callback=_finite, metavar="X", help="Against words used before."),
    click.option(
        "--api-mode", metavar="NAME", help="Which of the provider's interfaces: `responses` for OpenAI's, say."
    ),
    FIELDS,
    *PATIENCE,
    MAX_COST,
    click.option(
        "--substitute/--no-substitute", default=None, help="Ask the provider's best model where this one is gone."
    ),
)
"""How any answer is wanted."""

SHAPE = (
    click.option("--schema", metavar="FILE|JSON", help="The answer is JSON of this JSON Schema."),
    click.option("--json-object", is_flag=True, help="The answer is JSON of any shape."),
)
ATTACHMENTS = (
    click.option(
        "-i",
        "--image",
        "images",
        multiple=True,
        metavar="PATH|URL",
        shell_complete=paths,
        help="Show it an image. May be repeated.",
    ),
    click.option(
        "-f",
        "--file",
        "files",
        multiple=True,
        metavar="PATH|URL",
        shell_complete=paths,
        help="Give it a document, a sound or a text. May be repeated.",
    ),
)
TOOLS = (
    click.option(
        "-T",
        "--tool",
        "tools",
        multiple=True,
        metavar="MODULE:FUNCTION",
        help="A function in Python that it may call. May be repeated.",
    ),
    click.option(
        "--max-rounds",
        type=click.IntRange(min=1),
        default=10,
        metavar="N",
        help="How often it may call them before it must answer. Default: 10.",
    ),
)


def streams() -> bool:
    """Whether an answer is asked for as it comes, where the command line does not say."""
    import os

    from hamr.variables import is_on

    return is_on(os.environ, "llm_stream", unsaid=True)


def stacked(*options: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Several options as one decorator; `--help` shows them in this order."""

    def decorate(function: Any) -> Any:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


def asked(given: Mapping[str, Any]) -> Options:
    """What was given of `NAMES`, with the shape of the answer; raises ConfigError for a wrong schema."""
    found = {name: given[name] for name in NAMES if given.get(name) not in (None, ())}
    if given.get("schema") is not None or given.get("json_object"):
        from hamr.cli.answer_schema import response_format

        found["response_format"] = response_format(given.get("schema"), json_object=bool(given.get("json_object")))
    return cast("Options", found)
