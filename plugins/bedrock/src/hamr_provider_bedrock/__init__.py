"""Amazon Bedrock: its wire, `bedrock-converse`, and AWS's ways of being let in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hamr.api import hookimpl

if TYPE_CHECKING:
    from hamr.api import Auth, Route, ToolWire


@hookimpl
def hamr_toolwire(route: Route) -> ToolWire | None:
    """Converse, for this plugin's wire."""
    if route.wire != "bedrock-converse":
        return None
    from hamr_provider_bedrock.wire import Converse

    return Converse(route)


@hookimpl
def hamr_auth(route: Route) -> Auth | None:
    """AWS's ways, for this plugin's style."""
    if route.provider.auth.style != "aws_sigv4":
        return None
    from hamr_provider_bedrock.auth import AwsAuth

    return AwsAuth(route)
