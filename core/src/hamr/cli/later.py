"""A group some of whose commands are imported when they run."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import ClassVar

import click


class LaterGroup(click.Group):
    """A group with commands in `later`: each by its name, with the module of `hamr.cli` and what it is there."""

    later: ClassVar[Mapping[str, str]] = {}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All of them, by name."""
        return sorted([*super().list_commands(ctx), *self.later])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported where it is one of those."""
        if cmd_name not in self.later:
            return super().get_command(ctx, cmd_name)
        module, _, name = self.later[cmd_name].partition(":")
        found: click.Command = getattr(import_module(f"hamr.cli.{module}"), name)
        return found
