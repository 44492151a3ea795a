"""What the environment says that a model can do, or all models of a provider (inventory R-47, R-49, R-53, C-52)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from hamr.capabilities.capability import Rule
from hamr.provider_variables import number, truth

Value = TypeVar("Value")
Said = Callable[[Mapping[str, str], str, str], tuple[Value, str] | None]
TOOLS, REASONING, LONGEST = "SUPPORTS_TOOLS", "REASONING", "MAX_OUTPUT_TOKENS"


def environment_rule(provider: str, model: str, environ: Mapping[str, str]) -> tuple[Rule, str] | None:
    """A rule that counts before all others, and the variables that say it; raises ConfigError.

    What is said of the model counts before what is said of its provider.
    """

    def found(ask: Said[Value], name: str) -> tuple[Value, str] | None:
        own = ask(environ, f"{provider}/{model}", name) if model else None
        return own or ask(environ, provider, name)

    fields: dict[str, Any] = {}
    variables = []
    if (tools := found(truth, TOOLS)) is not None:
        fields["native_tools"] = tools[0]
        variables.append(tools[1])
    if (reasoning := found(truth, REASONING)) is not None:
        fields["thinking_modes"] = ("effort",) if reasoning[0] else ()
        variables.append(reasoning[1])
    if (longest := found(number, LONGEST)) is not None:
        fields["max_output_tokens"] = longest[0]
        variables.append(longest[1])
    if not fields:
        return None
    return Rule(extends=True, source="the environment", **fields), " and ".join(variables)
