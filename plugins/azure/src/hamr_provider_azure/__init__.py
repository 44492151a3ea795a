"""Azure OpenAI: its URLs are data in provider.toml; here is how Microsoft Entra lets calls in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hamr.api import hookimpl

if TYPE_CHECKING:
    from hamr.api import Auth, Route


@hookimpl
def hamr_auth(route: Route) -> Auth | None:
    """A key, a token, or credentials that are exchanged for one, for this plugin's style."""
    if route.provider.auth.style != "azure":
        return None
    from hamr_provider_azure.auth import AzureAuth

    return AzureAuth(route)
