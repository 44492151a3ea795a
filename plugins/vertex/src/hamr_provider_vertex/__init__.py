"""Google Vertex AI: its URLs are data in provider.toml; here is how Google's credentials let calls in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hamr.api import hookimpl

if TYPE_CHECKING:
    from hamr.api import Auth, Route


@hookimpl
def hamr_auth(route: Route) -> Auth | None:
    """A token, or credentials that are exchanged for one, for this plugin's style."""
    if route.provider.auth.style != "google":
        return None
    from hamr_provider_vertex.auth import GoogleAuth

    return GoogleAuth(route)
