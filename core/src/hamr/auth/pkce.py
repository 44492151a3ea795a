"""The login with a browser, as a client that keeps no secret (RFC 7636, RFC 8252)."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode, urlsplit

from hamr.errors import NotLetIn
from hamr.types import OAuthSpec


@dataclass(frozen=True, slots=True)
class Pkce:
    """What one login is known by: `verifier` to the token endpoint, `state` to who is sent back."""

    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    state: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)

    @property
    def challenge(self) -> str:
        """What the verifier is recognized by, of the method S256."""
        return urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).decode().rstrip("=")

    def url(self, spec: OAuthSpec, redirect_uri: str) -> str:
        """Where one logs in."""
        query = {
            "response_type": "code",
            "client_id": spec.client_id,
            "redirect_uri": redirect_uri,
            **({"scope": " ".join(spec.scopes)} if spec.scopes else {}),
            "code_challenge": self.challenge,
            "code_challenge_method": "S256",
            "state": self.state,
            **spec.authorize,
        }
        return f"{spec.url(spec.authorize_path or '')}?{urlencode(query)}"

    def code(self, text: str) -> str | None:
        """The code in the URL that the browser was sent back to, or in a part of that which somebody has copied.

        None where it belongs to another login. Raises NotLetIn where the login was refused.
        """
        text = text.strip()
        query = parse_qs(urlsplit(text).query or text.lstrip("?"))
        if "code" not in query and "error" not in query:
            code, _, state = text.partition("#")  # as some pages show it for copying
            is_ours = not state or hmac.compare_digest(state.encode(), self.state.encode())
            return code if is_ours and code and "://" not in code else None
        if not hmac.compare_digest(query.get("state", [""])[0].encode(), self.state.encode()):
            return None
        if "error" in query:
            words = query.get("error_description", query["error"])[0]
            raise NotLetIn(f"the login was refused: {words[:300]}", code=query["error"][0][:100])
        return query["code"][0]
