"""What the steps ask about the providers and models there are."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from hamr.resolve.variables import Said

if TYPE_CHECKING:
    from hamr.errors import ConfigError
    from hamr.resolve.model import Role
    from hamr.resolve.rules import Rule


class Holder(NamedTuple):
    """A model of a list: who has it and what it is called there; a `dedicated` one must be set up by its user first.

    `suppressed` is the file that takes it out of the lists.
    """

    provider: str
    id: str
    dedicated: bool = False
    suppressed: str = ""

    @property
    def refused(self) -> str | None:
        """Why it is not picked by itself; None where it may be."""
        if self.suppressed:
            return f"it is suppressed in {self.suppressed}"
        return "it is dedicated" if self.dedicated else None

    @property
    def selector(self) -> str:
        """`provider/model`."""
        return f"{self.provider}/{self.id}"


class Server(NamedTuple):
    """A server of one's own: its provider, the variables that say where it is, and the models that are not meant.

    `makers` are providers whose names stand before those of models there.
    """

    provider: str
    env: Sequence[str]
    unless: Sequence[str] = ()
    makers: Sequence[str] = ()


class Known(Protocol):
    """What is installed and configured. Every answer is looked for when it is asked for, and not before."""

    def registered(self, id: str) -> bool:
        """Whether there is a provider of this name."""

    def unready(self, id: str) -> str | None:
        """Why a provider cannot be called; None where it can."""

    def absent(self, id: str) -> ConfigError:
        """The error for a provider that is not there."""

    def spoilt(self, id: str) -> ConfigError | None:
        """The error for a provider that a file describes, but so that it does not count; None for all others."""

    def resembles_provider(self, name: str) -> bool:
        """Whether the name is nearly that of a provider."""

    def default(self, id: str, role: Role) -> str | None:
        """A provider's default model."""

    def exact(self, name: str) -> Sequence[Holder]:
        """The models whose id or alias is this name, in whatever letters."""

    def like(self, text: str) -> Sequence[Holder]:
        """The models in whose id or name the text stands."""

    def setting(self, name: str) -> Said | None:
        """A text of the user's files that belongs to no provider."""

    def given(self) -> Said | None:
        """The default model or provider that a program has said itself, before the environment."""

    @property
    def rules(self) -> Sequence[Rule]:
        """The rules of inference, the user's first."""

    @property
    def prefixes(self) -> Mapping[str, str]:
        """What may stand before a name, and the provider it means."""

    @property
    def makers(self) -> Collection[str]:
        """Names of makers of models that are nearly those of providers, in small letters."""

    @property
    def servers(self) -> Sequence[Server]:
        """The servers of one's own that a variable may name."""

    @property
    def defaults(self) -> Sequence[str]:
        """The providers to take where nothing names one, the first that can be called."""
