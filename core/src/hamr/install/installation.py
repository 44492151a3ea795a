"""Installing and uninstalling plugins, and keeping the list of those that the user has installed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hamr.errors import ConfigError, HamrError
from hamr.install.installed import Installed, Kept
from hamr.install.installer import Installer
from hamr.install.metadata import Distribution, distributions
from hamr.plugins import requirement
from hamr.plugins.choices import Choices
from hamr.plugins.discover import COMMANDS, DIALECTS, EXTENSIONS, KEY_STORES, PROVIDERS, STORES, TABLES, Plugins
from hamr.plugins.distributions import entry_points
from hamr.plugins.requirement import Requirement, canonical

CORE = "hamr"
GROUPS = (PROVIDERS, COMMANDS, EXTENSIONS, TABLES, DIALECTS, STORES, KEY_STORES)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What has become of one distribution; `before` and `version` are None where it was not, or is no longer there."""

    distribution: str
    version: str | None
    before: str | None


def bringing() -> set[str]:
    """The distributions that bring something for hamr."""
    return {point.dist for group in GROUPS for point in entry_points(group)}


def wanted(names: Sequence[str], choices: Choices, *, exact: bool = False) -> list[Requirement]:
    """What these names stand for; raises ConfigError where one stands for nothing, or for hamr itself.

    Raises PluginError where one is a provider that two distributions bring.
    """
    plugins = Plugins(choices.but(disabled=()))
    known = {dist: dist for dist in bringing()}
    ids = {requirement.word(name).lower() for name in names} & plugins.providers.keys() if not exact else set()
    known |= {id: plugins.find(id).dist for id in ids}
    read = [requirement.read(name, known, exact=exact) for name in names]
    if any(each.dist == CORE for each in read):
        raise ConfigError("hamr installs plugins, not itself", hint="Upgrade it by what has installed it.")
    return read


def install(
    these: Sequence[Requirement], installer: Installer, environ: Mapping[str, str], *, upgrade: bool = False
) -> list[Outcome]:
    """Install, and keep what was installed; raises HamrError where the installer fails, or what came is no plugin.

    That is uninstalled again: it may have any name, and be anybody's.
    """
    Installed.read(environ)  # a list that cannot be read is told before anything is changed
    before = _versions()
    command = installer.installing(these, upgrade=upgrade)
    installer(command, f"installing {', '.join(each.argument for each in these)}")
    _forget_folders()
    found = [(each, _locate(each, installer)) for each in these]
    plugins = bringing() | set(requirement.OTHER_NAMES.values())
    strange = [dist.name for _, dist in found if dist.name not in plugins]
    kept = [Kept(dist.name, each.argument, dist.version) for each, dist in found if dist.name not in (CORE, *strange)]
    Installed.change(environ, lambda listed: listed.with_(kept))
    if strange:
        raise _undone(strange, before, installer, alone=not kept)
    return [Outcome(dist.name, dist.version, before.get(dist.name)) for _, dist in found]


def _undone(strange: Sequence[str], before: Mapping[str, str], installer: Installer, *, alone: bool) -> HamrError:
    """The error for what is no plugin, uninstalled again; where it came `alone`, with all that came with it."""
    new = [name for name in _versions() if name not in before]
    gone = [name for name in new if alone or name in strange]
    if gone:
        installer(installer.uninstalling(gone), f"uninstalling {', '.join(gone)}")
        _forget_folders()
    name = strange[0]
    return HamrError(
        f"{name} is no plugin of hamr: it has none of its entry points, and "
        + ("was uninstalled again" if name in gone else "was here before; it is left as it is now"),
        hint=f"The plugin of a provider {name}: hamr install {requirement.usual_dist(name)}. "
        "Any other distribution is installed by pip.",
    )


def uninstall(dists: Sequence[str], installer: Installer, environ: Mapping[str, str]) -> list[Outcome]:
    """Uninstall what is there of these, and keep none of them; raises HamrError where the installer fails."""
    listed = Installed.read(environ)
    before = _versions()
    there = [dist for dist in dists if dist in before]
    if there:
        installer(installer.uninstalling(there), f"uninstalling {', '.join(there)}")
        _forget_folders()
    left = [dist for dist in there if dist in _versions()]
    if left:
        raise HamrError(f"{left[0]} is still there", hint=f"See where it is: {installer.environment.python} -m site")
    if listed.without(dists) != listed:
        Installed.change(environ, lambda now: now.without(dists))
    return [Outcome(dist, None, before.get(dist)) for dist in dists]


def named(name: str, listed: Installed) -> str:
    """The distribution that is meant, of those that bring something for hamr or are in the list.

    Raises ConfigError where there is none such, or where two bring the provider of this name.
    """
    known = bringing() | {kept.distribution for kept in listed.plugins}
    bringers = sorted({point.dist for point in entry_points(PROVIDERS) if point.name == name})
    if len(bringers) > 1:
        raise ConfigError(f"{name!r} comes from {' and '.join(bringers)}", hint="Name one of these instead.")
    candidates = [*bringers, canonical(name), requirement.usual_dist(name) if name else ""]
    found = next((dist for dist in candidates if dist in known), None)
    if found is None:
        told = ", ".join(sorted(known - {CORE})) or "none"
        raise ConfigError(f"no plugin {name!r} is installed", hint=f"Installed plugins: {told}.")
    if found == CORE:
        raise ConfigError("hamr does not uninstall itself", hint="Uninstall it by what has installed it.")
    return found


def _versions() -> dict[str, str]:
    return {found.name: found.version for found in distributions()}


def _forget_folders() -> None:
    """Let the import system look anew at folders that it has listed before."""
    import importlib

    importlib.invalidate_caches()


def _locate(each: Requirement, installer: Installer) -> Distribution:
    there = _from_folder(Path(each.argument)) if each.dist is None else _named(each.dist)
    if (found := next(there, None)) is None:
        raise HamrError(
            f"{each.argument} was installed, but not into the environment of {installer.environment.python}",
            hint="Look for a target, prefix or user folder among the installer's own settings.",
        )
    return found


def _named(dist: str) -> Iterator[Distribution]:
    return (found for found in distributions() if found.name == dist)


def _from_folder(folder: Path) -> Iterator[Distribution]:
    """The distributions that were installed from this folder."""
    return (found for found in distributions() if _origin(found) == folder.resolve())


def _origin(found: Distribution) -> Path | None:
    """The folder or archive that a distribution came from, as it says itself (PEP 610)."""
    import json
    from urllib.parse import urlsplit
    from urllib.request import url2pathname

    try:
        url = urlsplit(json.loads(found.read("direct_url.json") or "{}").get("url", ""))
    except ValueError:  # of some other distribution: ours was written a moment ago
        return None
    return Path(url2pathname(url.path)).resolve() if url.scheme == "file" else None
