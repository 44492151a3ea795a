"""What the environment says that all models of a provider can do (inventory R-47, R-49, C-52)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hamr.capabilities.capability import Rule
from hamr.provider_variables import number, truth

TOOLS, REASONING, LONGEST = "SUPPORTS_TOOLS", "REASONING", "MAX_OUTPUT_TOKENS"


def environment_rule(provider: str, environ: Mapping[str, str]) -> tuple[Rule, str] | None:
    """A rule that counts before all others, and the variables that say it; raises ConfigError."""
    fields: dict[str, Any] = {}
    variables = []
    if (tools := truth(environ, provider, TOOLS)) is not None:
        fields["native_tools"] = tools[0]
        variables.append(tools[1])
    if (reasoning := truth(environ, provider, REASONING)) is not None:
        fields["thinking_modes"] = ("effort",) if reasoning[0] else ()
        variables.append(reasoning[1])
    if (longest := number(environ, provider, LONGEST)) is not None:
        fields["max_output_tokens"] = longest[0]
        variables.append(longest[1])
    if not fields:
        return None
    return Rule(extends=True, source="the environment", **fields), " and ".join(variables)
