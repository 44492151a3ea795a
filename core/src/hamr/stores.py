"""Where processes keep what they have in common: on this machine, or where a user says, by a URL."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, get_args

from hamr.errors import ConfigError, HamrError, PluginError
from hamr.storage.locks import state_folder
from hamr.variables import TABLE, first

if TYPE_CHECKING:
    from hamr.plugins.discover import Plugins
    from hamr.specs import StateStore
    from hamr.state.substitutes import Chosen, OnFailure

(URL,), (ON_FAILURE,) = TABLE["state_url"].names, TABLE["state_on_failure"].names
SETTINGS = {URL: "state", ON_FAILURE: "state_on_failure"}
"""The variables, which count first, and their names in files."""

Setting = Callable[[str], tuple[str, str] | None]
"""A name in the files of configuration to what they say, and where."""


class Stores:
    """The store of a client, for limits and pools alike; a plugin is loaded where a URL names its scheme."""

    def __init__(self, plugins: Plugins, environ: Mapping[str, str], setting: Setting = lambda _: None) -> None:
        self._plugins, self._environ, self._setting = plugins, environ, setting

    @cached_property
    def chosen(self) -> Chosen | None:
        """The one that the user has named, None where there is none; raises ConfigError or PluginError."""
        url, origin = self._said(URL)
        if not url:
            return None
        from hamr.state.substitutes import Chosen

        return Chosen(self._opened(url, origin), self._on_failure(), origin)

    @property
    def place(self) -> tuple[str, str | None]:
        """Where it is, for people, and what says so; raises ConfigError or PluginError."""
        if (chosen := self.chosen) is not None:
            return chosen.store.place, chosen.origin
        return str(state_folder(self._environ)), first(self._environ, TABLE["state_dir"].names)

    def _opened(self, url: str, origin: str) -> StateStore:
        from hamr.specs import StateStore
        from hamr.types import Secret

        scheme, colon, _ = url.partition("://")
        scheme = scheme.lower()
        if not colon or scheme not in self._plugins.stores:
            known = ", ".join(f"{each}://" for each in self._plugins.stores)
            raise ConfigError(
                f"{origin}: no plugin keeps state at such a URL",
                hint=f"Installed are those for {known}." if known else "For redis://: pip install hamr-state-redis",
            )
        open, source = self._plugins.load_store(scheme)
        try:
            made: object = open(Secret(url, origin))
        except HamrError:
            raise
        except Exception as error:  # noqa: BLE001  # a plugin may fail in any way, and quote the password in the URL
            raise PluginError(f"{source} cannot open the store at {scheme}://: {type(error).__name__}") from None
        if not isinstance(made, StateStore):
            raise PluginError(
                f"{source} gave a {type(made).__name__}, which is no StateStore", hint="See docs/hooks.md."
            )
        return made

    def _on_failure(self) -> OnFailure:
        from hamr.state.substitutes import OnFailure

        said, origin = self._said(ON_FAILURE)
        for known in get_args(OnFailure):
            if (said or "local").lower() == known:
                found: OnFailure = known
                return found
        raise ConfigError(f"{origin}: {said!r} is not known", hint=f"Known: {', '.join(get_args(OnFailure))}.")

    def _said(self, variable: str) -> tuple[str, str]:
        """What the environment says, or the files, whose text may name variables; and where that was said."""
        if given := self._environ.get(variable, "").strip():
            return given, variable
        found = self._setting(SETTINGS[variable])
        if found is None:
            return "", variable
        from hamr.secrets import references

        text, place = found
        what = f"{place}: {SETTINGS[variable]}"
        if references.command(text) is not None:
            raise ConfigError(f"{what} may not be a command", hint="Name a variable: $REDIS_URL.")
        return references.filled(text, self._environ, what).strip(), what
