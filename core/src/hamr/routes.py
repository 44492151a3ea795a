"""The routes of one client: a provider and a model, resolved, with getters of all that lets calls in."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import partial

from hamr.errors import ConfigError, HamrError
from hamr.plugins.discover import not_installed
from hamr.providers import Providers
from hamr.resolve.model import Role, in_mode, model_of
from hamr.secrets import keys, references
from hamr.secrets.keys import Key
from hamr.secrets.store import CredentialStore
from hamr.types import Provider, Route, Settings, TokenStore

STYLES = ("none", "bearer", "header", "oauth")
"""The styles of auth that the core knows."""
Environ = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Routes:
    """What a client knows of providers and of keys.

    `keys` and `parameters` were given in code, by provider, and limits for the providers and models that are `limited`;
    `store` is the user's own, None where there is no home.
    """

    providers: Providers
    environ: Environ
    keys: Mapping[str, str]
    parameters: Mapping[str, Mapping[str, str]]
    store: CredentialStore | None
    settings: Settings
    limited: Collection[str] = ()

    def route(self, id: str, name: str | None, role: Role = "chat", mode: str | None = None) -> Route:
        """The route to a model of a provider; to none, where its name is empty. Raises ConfigError or PluginError."""
        self._check_names()
        manifest, provider = self.providers.manifest(id), self.provider(id)
        if role == "chat" and name != "":
            wanted = mode or manifest.mode_of(self.environ)
            provider = in_mode(provider, name or provider.models.get(role), wanted)
        else:  # neither vectors nor lists hang on how a chat is spoken, but for where the base URL leads
            provider = in_mode(provider, None, mode)
        manifest.complete(provider)
        return Route(
            provider=provider,
            model=model_of(provider, name, role),
            secret=lambda: keys.find(provider, self.environ, self.keys, self.store),
            settings=self.settings,
            variable=lambda name: keys.variable(provider, self.environ, name),
            value=lambda text, what: keys.value(text, self.environ, what),
            is_slow=lambda: keys.is_slow(provider, self.keys, self.store),
            waits=references.command(provider.auth.key or "") is not None,
            tokens=self._tokens(provider),
        )

    def _tokens(self, provider: Provider) -> TokenStore | None:
        """Where the tokens of its login are, or that in a variable."""
        names, auth = provider.stored_names, provider.auth
        kept = self.store.tokens(names) if self.store is not None and names else None
        if auth.oauth is None or auth.style != "oauth" or auth.has_keys or not auth.env:
            return kept
        from hamr.secrets.variable_tokens import VariableTokens

        is_refresh = auth.oauth.env_is_refresh
        in_variable = partial(keys.token_in_variable, provider, self.environ)
        return VariableTokens(kept, provider.id, in_variable, is_refresh=is_refresh)

    def _check_names(self) -> None:
        """Raise ConfigError where code speaks of a provider that is not there; it may have been registered later."""
        for argument, names in (("keys", self.keys), ("parameters", self.parameters), ("limits", self.limited)):
            for id in (name.partition("/")[0] for name in names):
                if id not in self.providers.ids:
                    error = not_installed(id, list(self.providers.ids))
                    raise ConfigError(f"Hamr({argument}=...): {error.message}", hint=error.hint)

    def provider(self, id: str) -> Provider:
        """A provider with the environment laid over it, and over that what its stored record sets for itself."""
        auth = self.providers.manifest(id).auth
        names = (id, *auth.stored_as) if auth.use_store else ()
        own = self.store.environ(names) if self.store is not None else {}
        environ = {**self.environ, **own} if own else self.environ
        return keys.as_called(self.providers.provider(id, environ, self.parameters.get(id)), self.keys, self.store)

    def every_key(self, provider: Provider) -> list[Key]:
        """All keys of a provider, each once; raises ConfigError."""
        return keys.every(provider, self.environ, self.keys, self.store)

    def has_several_keys(self, provider: Provider) -> bool:
        """Whether there is more than one; a file that cannot be read is told of where a key is needed."""
        return keys.are_several(provider, self.environ, self.keys, self.store)

    def askable(self) -> list[str]:
        """The providers that are switched on and can be called; one that is broken tells so when it is asked."""
        disabled = self.providers.plugins.choices.disabled
        return [id for id in self.providers.ids if id not in disabled and self._may_be_asked(id)]

    def unready(self, id: str) -> str | None:
        """Why a provider that nobody has named cannot be called; None where it can. Raises ConfigError, PluginError."""
        provider = self.provider(id)
        if keys.is_callable(provider, self.environ, self.keys, self.store):
            return None if self._has_key(provider) else "whether it has credentials is known only once it is called"
        if provider.auth.style == "oauth":
            return "nobody is logged in to it"
        return f"it has no key ({' or '.join(provider.auth.env)})" if provider.auth.env else "it is not set up"

    def _has_key(self, provider: Provider) -> bool:
        """Whether there is a key, or none is needed: a style of a plugin's own may find its credentials anywhere."""
        auth = provider.auth
        if auth.style in STYLES:
            return True
        needing = replace(provider, auth=replace(auth, optional=False))
        return bool(auth.env) and keys.is_callable(needing, self.environ, self.keys, self.store)

    def _may_be_asked(self, id: str) -> bool:
        try:
            return keys.is_callable(self.provider(id), self.environ, self.keys, self.store)
        except HamrError:
            return True
