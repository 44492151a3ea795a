"""What all machines that share their budgets have spent."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hamr.spend.budget import Budget


def spent(budgets: Sequence[Budget], environ: Mapping[str, str]) -> Mapping[Budget, int]:
    """What of each is spent, in parts of a dollar; empty where no server is named, or it is lost.

    Raises ConfigError or PluginError where what is named is none.
    """
    from hamr.cli import output
    from hamr.plugins.choices import Choices
    from hamr.plugins.discover import Plugins
    from hamr.providers import Providers
    from hamr.stores import Stores

    plugins = Plugins(Choices.read(environ))
    chosen = Stores(plugins, environ, Providers(plugins, environ, ".").setting).chosen if budgets else None
    if chosen is None:
        return {}
    from hamr.drive import run
    from hamr.spend.shared_totals import SharedTotals
    from hamr.transports.http import HttpTransport

    try:
        return run(SharedTotals(chosen).spent(budgets), HttpTransport(), lambda text, _: output.note(text))
    finally:
        chosen.store.close()
