"""How calls are let in, as a manifest says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hamr import base_url
from hamr.errors import ConfigError

if TYPE_CHECKING:
    from hamr.types import OAuthSpec
    from hamr.types.ambient import Ambient

VARIABLE = {"pattern": r"[A-Za-z_][A-Za-z0-9_]*"}


@dataclass(frozen=True, slots=True)
class LentTable:
    """A variable of another provider's that holds this one's key, where the address in `url_env` is at this `host`."""

    env: str = field(metadata=VARIABLE)
    url_env: str = field(metadata=VARIABLE)
    host: str = field(metadata={"pattern": r"[a-z0-9.-]+"})

    def counts(self, environ: Mapping[str, str]) -> bool:
        """Whether the address is at the host, or at one below it."""
        return base_url.is_at(environ.get(self.url_env, "").strip(), self.host)


@dataclass(frozen=True, slots=True)
class AuthTable:
    """How calls are let in; `optional` where it also works without a key, `more_env` for secrets beside it.

    `use_store` is False where nothing that is stored may be used. `env_headers` has for a variable the headers that go
    along with its key; `lent` are variables of others.
    """

    style: str = "none"
    env: tuple[str, ...] = field(default=(), metadata=VARIABLE)
    header: str | None = None
    prefix: str | None = None
    optional: bool = False
    more_env: tuple[str, ...] = field(default=(), metadata=VARIABLE)
    stored_as: tuple[str, ...] = ()
    use_store: bool = True
    key: str | None = field(default=None, repr=False)
    oauth: OAuthSpec | None = field(default=None, metadata={"table": "hamr.types.oauth:OAuthSpec"})
    bearer_env: tuple[str, ...] = field(default=(), metadata=VARIABLE)
    env_headers: Mapping[str, Any] = field(default_factory=dict)
    lent: tuple[LentTable, ...] = field(default=(), metadata={"tables": LentTable})
    ambient_env: tuple[str, ...] = field(default=(), metadata=VARIABLE)
    ambient: Ambient | None = field(default=None, metadata={"table": "hamr.types.ambient:Ambient"})

    def check(self, place: str, hint: str) -> None:
        """Raise ConfigError for headers that are none."""
        for name, headers in self.env_headers.items():
            if not isinstance(headers, Mapping) or not all(isinstance(value, str) for value in headers.values()):
                raise ConfigError(f"{place}: auth.env_headers.{name} must be a table of texts", hint=hint)

    def counting(self, environ: Mapping[str, str]) -> tuple[str, ...]:
        """The variables that may hold the key here: its own, and those that others lend it."""
        return (*self.env, *(each.env for each in self.lent if each.counts(environ)))
