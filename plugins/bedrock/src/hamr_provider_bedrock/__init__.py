"""Amazon Bedrock: its wire, `bedrock-converse`, and AWS's ways of being let in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hamr.api import hookimpl

if TYPE_CHECKING:
    from hamr.api import Route, ToolWire


@hookimpl
def hamr_toolwire(route: Route) -> ToolWire | None:
    """Converse, for this plugin's wire."""
    if route.wire != "bedrock-converse":
        return None
    from hamr_provider_bedrock.wire import Converse

    return Converse(route)
