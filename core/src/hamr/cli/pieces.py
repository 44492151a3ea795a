"""What installed distributions bring: providers, commands, extensions, stores, tables; and whether each works."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hamr.cli.group import COMMANDS, load
from hamr.errors import HamrError, PluginError
from hamr.plugins.discover import EXTENSIONS, PROVIDERS, STORES, TABLES
from hamr.plugins.distributions import EntryPoint, entry_points

if TYPE_CHECKING:
    from hamr.cli.start_up import Cost
    from hamr.client import Hamr
    from hamr.compose import Hooks
    from hamr.plugins.manifest import Manifest

KINDS = {PROVIDERS: "provider", COMMANDS: "command", EXTENSIONS: "extension", STORES: "store", TABLES: "tables"}


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing that a distribution brings; `kind` is provider, command, extension, store or tables.

    `clashes` names the other distributions that bring the same. After a check `works` says whether it can be
    loaded (None where it is not used), `hooks` what it answers, and `error` why it cannot. `cpu_ms` is what its
    import costs, where that was measured.
    """

    kind: str
    name: str
    enabled: bool = True
    clashes: tuple[str, ...] = ()
    works: bool | None = None
    hooks: tuple[str, ...] | None = None
    error: str | None = None
    cpu_ms: float | None = None

    @property
    def shown(self) -> str:
        """Its name, for people."""
        return self.name if self.enabled else f"{self.name} (switched off)"

    @property
    def told(self) -> str:
        """The result of the check, for people."""
        if self.works is None:
            return "not used: another is preferred" if self.enabled else "switched off"
        if self.error is not None:
            return f"fails: {self.error}"
        return f"answers {', '.join(self.hooks)}" if self.hooks else "works"


@dataclass(frozen=True, slots=True)
class Plugin:
    """One distribution and what it brings."""

    distribution: str
    version: str
    brings: tuple[Piece, ...]

    @property
    def told(self) -> str:
        """What it brings, for people."""
        kinds = dict.fromkeys(piece.kind for piece in self.brings)
        named = [(kind, [piece.shown for piece in self.brings if piece.kind == kind]) for kind in kinds]
        return "; ".join(f"{kind}{'s' if len(names) > 1 else ''} {', '.join(names)}" for kind, names in named)

    @property
    def conflicts(self) -> str:
        """What others bring too, for people."""
        clashing = [piece for piece in self.brings if piece.clashes]
        return "; ".join(f"{piece.kind} {piece.name} also from {', '.join(piece.clashes)}" for piece in clashing)


def installed(client: Hamr, *, check: bool = False, time: bool = False) -> list[Plugin]:
    """Every distribution that brings something, by name; nothing is imported here unless it is checked."""
    brought: dict[tuple[str, str], list[Piece]] = {}
    pieces = list(_pieces(client.plugins.choices.disabled))
    costs = _costs(pieces) if time else {}
    for point, piece in pieces:
        known = _checked(client, point, piece) if check else piece
        known = _timed(known, costs[point]) if point in costs else known
        brought.setdefault((point.dist, point.version), []).append(known)
    return [Plugin(dist, version, tuple(pieces)) for (dist, version), pieces in sorted(brought.items())]


def _pieces(disabled: tuple[str, ...]) -> Iterator[tuple[EntryPoint, Piece]]:
    for group, kind in KINDS.items():
        points = entry_points(group)
        for point in points:
            others = [other.source for other in points if other.name == point.name and other is not point]
            others = [] if group == TABLES else others
            enabled = group not in (PROVIDERS, TABLES) or point.name not in disabled
            yield point, Piece(kind, point.name, enabled, tuple(others))


def _checked(client: Hamr, point: EntryPoint, piece: Piece) -> Piece:
    check: Callable[[Hamr, EntryPoint, Piece], Piece] = CHECKS[piece.kind]
    try:
        return check(client, point, piece)
    except HamrError as error:
        return replace(piece, works=False, error=error.message)


def _costs(pieces: list[tuple[EntryPoint, Piece]]) -> dict[EntryPoint, Cost]:
    """What importing each costs; nobody imports tables."""
    from hamr.cli import start_up

    return start_up.costs([(piece.kind, point) for point, piece in pieces if piece.kind in start_up.BASE])


def _timed(piece: Piece, cost: Cost) -> Piece:
    if cost.error is not None:
        return replace(piece, works=False, error=piece.error or cost.error)
    return replace(piece, cpu_ms=cost.ms)


def _provider(client: Hamr, point: EntryPoint, piece: Piece) -> Piece:
    if not piece.enabled or client.plugins.find(point.name) != point:
        return piece
    hooks = client.hooks(point.name)
    _answered(client.providers.manifest(point.name), hooks)
    return replace(piece, works=True, hooks=tuple(hooks.names()[point.source]))


def _answered(manifest: Manifest, hooks: Hooks) -> None:
    """Raise ConfigError for a wire, an auth style or a transport that nobody knows: each call would fail."""
    from hamr.builtin import STYLES, TRANSPORTS, WIRES
    from hamr.compose import unanswered

    modes = manifest.modes.values()
    rules = [*manifest.model, *(rule for mode in modes for rule in mode.model)]
    auths = [manifest.auth, *(mode.auth for mode in modes if mode.auth is not None)]
    wires = [manifest.wire, *(mode.wire for mode in modes), *(rule.wire for rule in rules if rule.wire is not None)]
    named = (
        ("hamr_toolwire", "wire", wires, tuple(WIRES)),
        ("hamr_auth", "auth style", [auth.style for auth in auths], STYLES),
        ("hamr_transport", "transport", [manifest.transport], TRANSPORTS),
    )
    for hook, noun, names, known in named:
        odd = [name for name in names if name not in known]
        if odd and hooks.only_the_core(hook):
            raise unanswered(manifest.id, noun, odd[0], known)


def _command(client: Hamr, point: EntryPoint, piece: Piece) -> Piece:
    if piece.clashes:
        raise PluginError(f"also comes from {' and '.join(piece.clashes)}")
    load(point)
    return replace(piece, works=True)


def _extension(client: Hamr, point: EntryPoint, piece: Piece) -> Piece:
    from hamr.builtin import Builtin
    from hamr.compose import Hooks

    (loaded,) = client.plugins.load_extensions((point.name,))
    return replace(piece, works=True, hooks=tuple(Hooks(Builtin(), loaded).names()[point.name]))


def _store(client: Hamr, point: EntryPoint, piece: Piece) -> Piece:
    client.plugins.load_store(point.name)
    return replace(piece, works=True)


def _tables(client: Hamr, point: EntryPoint, piece: Piece) -> Piece:
    if not piece.enabled:
        return piece
    place = client.providers.place_of_tables(point)
    problems = [str(each) for each in client.providers.configuration.problems if each.file == place]
    return replace(piece, works=not problems, error="; ".join(problems) or None)


CHECKS = {"provider": _provider, "command": _command, "extension": _extension, "store": _store, "tables": _tables}
