"""What the hooks are asked about: one provider, one model, one user's settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from hamr.types.call import Timeouts
from hamr.types.secret import Secret

if TYPE_CHECKING:
    from decimal import Decimal

    from hamr.types.ambient import Ambient
    from hamr.types.oauth import OAuthSpec
    from hamr.types.tokens import TokenStore


@dataclass(frozen=True, slots=True)
class AuthSpec:
    """How a provider lets calls in: a `style`, the variables that may hold the key, and the header it goes in.

    `more_env` are variables that hold other secrets of the style's, such as the parts of a key that has several.
    `stored_as` are the names besides its id under which its credentials may be stored, and `use_store` is False for a
    provider that may not have any, for a project that is not trusted has made it up; `oauth` says how one logs in.
    `bearer_env` are those of the variables whose key goes as a bearer token, whatever the header of the others is.
    `env_headers` has for some of the variables the headers that go along with the key of each.
    `ambient_env` are those that are often set for something else: they count where the provider is named, and do not
    make it one of those that can be called where none is.
    `key` is what a file says of the key: a text, or an expression such as `$VAR` or `!command`. `ambient` says where
    the style finds credentials of another program's where there is no key. `has_keys` is True of a login's style where
    the provider takes keys as well.
    """

    style: str = "none"
    env: tuple[str, ...] = ()
    header: str | None = None
    prefix: str | None = None
    optional: bool = False
    more_env: tuple[str, ...] = ()
    stored_as: tuple[str, ...] = ()
    use_store: bool = True
    key: str | None = field(default=None, repr=False)
    oauth: OAuthSpec | None = None
    bearer_env: tuple[str, ...] = ()
    env_headers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    ambient_env: tuple[str, ...] = ()
    ambient: Ambient | None = None
    has_keys: bool = False

    @property
    def by_login(self) -> AuthSpec:
        """The same of who logs in, where one may."""
        return self if self.oauth is None or self.style == "oauth" else replace(self, style="oauth", has_keys=True)

    @property
    def usual_env(self) -> str | None:
        """The variable that most set: the first whose key is sent like any other."""
        plain = (name for name in self.env if name not in self.env_headers)
        return next(plain, self.env[0] if self.env else None)


def _unset(name: str) -> Secret | None:
    return None


def _never() -> bool:
    return False


def _as_it_is(text: str, what: str) -> Secret:
    return Secret(text, what)


@dataclass(frozen=True, slots=True)
class RateLimits:
    """How much may be sent within any minute, and how many calls at once; None is no limit.

    With a `max_concurrency` it is found by trying how many the provider bears, between `min_concurrency` and that.
    """

    rpm: int | None = None
    tpm: int | None = None
    input_tpm: int | None = None
    output_tpm: int | None = None
    concurrency: int | None = None
    max_concurrency: int | None = None
    min_concurrency: int | None = None

    @property
    def bounds(self) -> tuple[int, int]:
        """The least and the most calls at once, of those that are found by trying."""
        most = self.max_concurrency or 1
        return min(self.min_concurrency or 1, most), most

    @property
    def any(self) -> bool:
        """Whether there is one."""
        return self.counts_tokens or self.rpm is not None or self.concurrency is not None

    @property
    def counts_tokens(self) -> bool:
        """Whether one of them is of tokens."""
        return not (self.tpm is None and self.input_tpm is None and self.output_tpm is None)


UNLIMITED = RateLimits()


@dataclass(frozen=True, slots=True)
class ModelRule:
    """What is special about the models whose lower-cased name fits one of the patterns in `match`.

    `mode` is the interface that they are spoken to by, where that is not the provider's own.
    """

    match: tuple[str, ...]
    compat: Mapping[str, Any] = field(default_factory=dict)
    wire: str | None = None
    mode: str | None = None
    limits: RateLimits = UNLIMITED
    local: bool | None = None
    header_values: Mapping[str, str] = field(default_factory=dict, repr=False)
    stream_timeout: float | None = None

    def fits(self, name: str) -> bool:
        """Whether a model of this name is meant; a `*` in a pattern stands for any text."""
        from fnmatch import fnmatchcase

        return any(fnmatchcase(name.lower(), pattern) for pattern in self.match)


@dataclass(frozen=True, slots=True)
class Mode:
    """Another of a provider's interfaces: its wire, its flags and rules, and its base URL where that is another.

    `path` is how a base URL ends that stands for this interface; `auth` is how calls are let in there, where that is
    not the provider's way.
    """

    wire: str
    base_url: str | None = None
    compat: Mapping[str, Any] = field(default_factory=dict)
    rules: tuple[ModelRule, ...] = ()
    path: str | None = None
    auth: AuthSpec | None = None


@dataclass(frozen=True, slots=True)
class Provider:
    """A manifest, merged over the layers of configuration; `origins` says where each field came from.

    The first of the `rules` that fits a model counts for it. `parameters` are what a provider's URL or wire needs to
    know besides, such as a region or a project; one that nothing says is not there. `mode` is what the interface
    described here is called, and `modes` are the others. `limits` hold for all models together.
    `local` says that it is the user's own server, which costs nothing; a model's own `local` counts before it.
    `header_values` are headers as a file has them: expressions, whose values are secret. `retries` count where the
    settings say none, and `retry_delay` is the first wait between them in seconds.
    """

    id: str
    name: str
    base_url: str
    wire: str
    transport: str = "http"
    auth: AuthSpec = field(default_factory=AuthSpec)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    header_values: Mapping[str, str] = field(default_factory=dict, repr=False)
    compat: Mapping[str, Any] = field(default_factory=dict)
    models: Mapping[str, str] = field(default_factory=dict)
    rules: tuple[ModelRule, ...] = ()
    key_url: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    modes: Mapping[str, Mode] = field(default_factory=dict)
    mode: str = "chat"
    limits: RateLimits = UNLIMITED
    local: bool = False
    retries: int | None = None
    retry_delay: float | None = None
    origins: Mapping[str, str] = field(default_factory=dict)

    @property
    def stored_names(self) -> tuple[str, ...]:
        """The names under which its credentials may be stored; none for a provider that may not have any."""
        return (self.id, *self.auth.stored_as) if self.auth.use_store else ()


@dataclass(frozen=True, slots=True)
class Model:
    """A model as the provider names it; `compat` and `wire` override the provider's.

    An empty `id` is none: a provider's list of models is asked for without one. `tool_format` (`native`, `text`,
    `json`) is how tools are to be offered to it, where an alias or a role says so. `stream_timeout` is the longest
    silence in seconds within an answer that comes in pieces, where the settings say no other than hamr's own.
    """

    id: str
    wire: str | None = None
    compat: Mapping[str, Any] = field(default_factory=dict)
    limits: RateLimits = UNLIMITED
    local: bool | None = None
    header_values: Mapping[str, str] = field(default_factory=dict, repr=False)
    tool_format: str | None = None
    stream_timeout: float | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """How this user wants calls made.

    `retries` counts the times after the first (None: as the provider's files say, or else 2); `retry_wait` is the
    longest single wait in seconds (a server that asks for more is not waited for); `max_bytes` bounds one reply;
    `max_cost` is the most dollars that a call may cost, else it is not sent.
    `substitute` says that the best of the provider's models may take the place of one that is gone.
    """

    timeouts: Timeouts = field(default_factory=Timeouts)
    retries: int | None = None
    retry_wait: float = 60.0
    max_bytes: int = 256 * 1024 * 1024
    max_cost: Decimal | None = None
    substitute: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """One provider, one model, a getter of the key, and this user's settings.

    `secret()` gives the key, or None where the provider works without one; it raises ConfigError, naming
    every place that was looked in, where a key is needed and there is none. `variable(name)` gives what one of the
    variables holds that the provider's auth names, or None; it raises ConfigError for any other variable. `tokens` is
    where the tokens of its logins are kept, None where there is no place for any. `value(text, what)` gives what an
    expression of the user's stands for; it raises ConfigError naming `what`. `waits` says that `secret()` may take
    seconds each time, for it runs a command; `is_slow()` that it may do so now, and is quick once it was called.
    """

    provider: Provider
    model: Model
    secret: Callable[[], Secret | None]
    settings: Settings = field(default_factory=Settings)
    variable: Callable[[str], Secret | None] = _unset
    tokens: TokenStore | None = None
    value: Callable[[str, str], Secret] = _as_it_is
    waits: bool = False
    is_slow: Callable[[], bool] = _never

    @property
    def wire(self) -> str:
        """The wire this model speaks."""
        return self.model.wire or self.provider.wire

    @property
    def compat(self) -> Mapping[str, Any]:
        """The provider's quirks with the model's laid over them."""
        return {**self.provider.compat, **self.model.compat} if self.model.compat else self.provider.compat

    @property
    def selector(self) -> str:
        """`provider/model`, as a user writes it."""
        return f"{self.provider.id}/{self.model.id}" if self.model.id else self.provider.id
