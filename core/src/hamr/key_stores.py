"""Where keys may be kept: in auth.json, in the system's keyring, or in the store of a plugin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hamr.errors import ConfigError, HamrError, PluginError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hamr.plugins.discover import Plugins
    from hamr.specs import KeyStore


class KeyStores:
    """The stores of keys that are installed; a plugin is loaded where a key is to be kept there, or is."""

    def __init__(self, plugins: Plugins, environ: Mapping[str, str]) -> None:
        self._plugins, self._environ = plugins, environ

    @property
    def names(self) -> tuple[str, ...]:
        """What they are called in configuration."""
        from hamr.secrets.kept_keys import STORES

        return (*STORES, *(name for name in self._plugins.key_stores if name not in STORES))

    def opened(self, name: str, folder: str) -> KeyStore:
        """The store of this name for the credentials in this folder; raises ConfigError or PluginError."""
        from hamr.specs import KeyStore

        if name not in self._plugins.key_stores:
            raise ConfigError(
                f"no plugin keeps keys in a store {name!r}", hint=f"To install it: pip install {usual_dist(name)}"
            )
        open, source = self._plugins.load_key_store(name)
        try:
            made = open(folder, self._environ)
        except HamrError:
            raise
        except Exception as error:  # noqa: BLE001  # a plugin may fail in any way, and quote what is secret
            raise PluginError(f"{source} cannot open the store of keys {name!r}: {type(error).__name__}") from None
        if not isinstance(made, KeyStore):
            raise PluginError(f"{source} gave a {type(made).__name__}, which is no KeyStore", hint="See docs/hooks.md.")
        return made


def usual_dist(name: str) -> str:
    """What the distribution of a store of keys is usually called."""
    return f"hamr-keys-{name.replace('_', '-')}"
