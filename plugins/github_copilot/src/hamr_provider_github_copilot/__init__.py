"""GitHub Copilot subscriptions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hamr.api import hookimpl

if TYPE_CHECKING:
    from hamr.api import Auth, Route


@hookimpl
def hamr_auth(route: Route) -> Auth | None:
    """The login, whose token is exchanged for one of Copilot's."""
    if route.provider.auth.style != "oauth":
        return None
    from hamr_provider_github_copilot.login import CopilotLogin

    return CopilotLogin(route)
