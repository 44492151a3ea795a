"""The file in which the Codex CLI keeps its login (codex-rs/login/src/auth/storage.rs, 2026)."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from typing import Any

from hamr.api import ConfigError, Tokens
from hamr.wirekit import jwt_claim, jwt_expiry

IMPORTED = "imported"
"""What marks tokens that the Codex CLI has, too."""

LOG_IN = "Run `codex login` and try again, or log in here: hamr login codex"


def path(parameters: Mapping[str, str]) -> str:
    """Where it is: `auth.json` in CODEX_HOME, or in `.codex` in the user's home."""
    folder = parameters.get("codex_home") or os.path.join(parameters.get("home", "~"), ".codex")
    return os.path.join(folder, "auth.json")


def tokens(data: bytes | None, path: str, account_claim: Sequence[str]) -> Tokens:
    """The tokens in it; raises ConfigError, showing nothing of it, where there are none."""
    if data is None:
        raise ConfigError(
            f"the Codex CLI keeps no login at {path}",
            hint="It may keep it in the system's keyring, where no other program gets at it: let it keep logins in a"
            f" file. {LOG_IN}",
        )
    stored = _read(data, path)
    held = stored.get("tokens")
    if not isinstance(held, dict):
        if stored.get("OPENAI_API_KEY"):
            raise ConfigError(
                f"{path} holds an API key and no login", hint="A key is for the provider openai: hamr auth add openai"
            )
        raise ConfigError(f"{path} holds no login", hint=LOG_IN)
    access, refresh = held.get("access_token"), held.get("refresh_token")
    if not (isinstance(access, str) and access and isinstance(refresh, str) and refresh):
        raise ConfigError(f"{path} holds no tokens that can be refreshed", hint=LOG_IN)
    named = held.get("account_id")
    known = named if isinstance(named, str) and named else None
    identity = held.get("id_token")
    account = known or jwt_claim(identity if isinstance(identity, str) else None, account_claim)
    return Tokens(access, refresh, jwt_expiry(access), account or jwt_claim(access, account_claim), {IMPORTED: True})


def _read(data: bytes, path: str) -> Mapping[str, Any]:
    try:
        found = json.loads(data.decode("utf-8-sig"))
    except ValueError:  # it holds the whole text, and so the tokens
        raise ConfigError(f"{path} is no JSON", hint=LOG_IN) from None
    if not isinstance(found, dict):
        raise ConfigError(f"{path} must hold a table", hint=LOG_IN)
    return found
