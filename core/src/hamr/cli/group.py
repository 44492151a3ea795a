"""All installed commands: found by their entry points, each imported when it runs."""

from __future__ import annotations

import functools
import importlib
import sys
from typing import TYPE_CHECKING, Any

import click

from hamr.cli import output
from hamr.errors import PluginError
from hamr.plugins.distributions import EntryPoint, entry_points

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

COMMANDS = "hamr.commands"
CORE = "hamr"
OPTIONS = ("-h", "--help", "--version")
"""Those of `hamr` itself; any other first argument that is no command begins a prompt."""
MEANT = {"help": "--help", "version": "--version"}
NEAR = 0.75
"""How much alike (0 to 1, of difflib) two words are where one may be a slip for the other."""

LINES = {
    "auth": "Store keys, and tell what is stored.",
    "budget": "List, set and remove budgets.",
    "call": "Ask a model (the default command).",
    "capabilities": "Tell what models can do.",
    "catalog": "Tell what is known of models, and fetch it anew.",
    "chat": "Talk with a model.",
    "config": "Show and change configuration.",
    "embed": "Turn texts into vectors.",
    "explain": "Tell what a call would do, and why.",
    "import": "Take over another program's configuration.",
    "install": "Install plugins.",
    "login": "Log in to a provider.",
    "logout": "Log out of a provider.",
    "models": "List the models that the providers have.",
    "plugins": "List the installed plugins and what they bring.",
    "providers": "List the installed providers and their keys.",
    "spend": "Tell what calls have cost.",
    "trust": "Let a project's hamr.toml count in all it says.",
    "uninstall": "Uninstall plugins.",
    "untrust": "Take a project's trust back.",
}
"""What `--help` says of the core's commands, so that none of them is imported for it."""

HELP = """Talk to any model provider.

`hamr "prompt"` is short for `hamr call "prompt"`; HAMR_LLM_MODEL names the model.
"""
EPILOG = """\b
Examples:
  hamr "Why is the sky blue?"
  hamr -m sim/echo "Why is the sky blue?"
  git diff | hamr "Write a commit message."
  hamr chat -m sim/echo
  hamr providers

\b
Exit codes:
  0    done
  1    the call or the command failed
  2    the command line, a key or a setting is wrong
  130  interrupted (Ctrl-C)
  141  nobody reads the output (`hamr ... | head -1`)
"""


class Commands(click.Group):
    """The group `hamr`. Listing its commands imports none that another distribution brings."""

    def __init__(self) -> None:
        version = click.Option(
            ["--version"], is_flag=True, is_eager=True, expose_value=False, callback=_tell_version, help="The version."
        )
        super().__init__(
            CORE,
            params=[version],
            help=HELP,
            epilog=EPILOG,
            subcommand_metavar="COMMAND | PROMPT...",
            context_settings={"help_option_names": ["--help", "-h"]},
            no_args_is_help=False,
        )
        self._points: dict[str, list[EntryPoint]] = {}
        for point in entry_points(COMMANDS):
            self._points.setdefault(point.name, []).append(point)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, the core's own first."""
        return sorted(self._points, key=lambda name: (self._points[name][0].dist != CORE, name))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported; raises PluginError where two distributions bring it, or it cannot be loaded."""
        points = self._points.get(cmd_name, [])
        if len(points) > 1:
            dists = ", or ".join(f"pip uninstall {point.dist}" for point in points)
            raise PluginError(f"the command {cmd_name!r} comes from {_sources(points)}", hint=f"Choose: {dists}")
        return load(points[0]) if points else None

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments; what does not begin with a command is a prompt."""
        if not args and output.terminal(sys.stdin) and not ctx.resilient_parsing:
            click.echo(ctx.get_help())
            ctx.exit()
        return super().parse_args(ctx, self._routed(ctx, args))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """A line for each command."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, self._line(name)) for name in self.list_commands(ctx)])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Commands and options that begin like this; click itself would import every command."""
        from click.shell_completion import CompletionItem

        names = [name for name in self.list_commands(ctx) if name.startswith(incomplete)]
        items = [CompletionItem(name, help=self._line(name)) for name in names]
        return [*items, *click.Command.shell_complete(self, ctx, incomplete)]

    def _line(self, name: str) -> str:
        points = self._points[name]
        if len(points) > 1:
            return f"from {_sources(points)}: uninstall one of them"
        if points[0].dist != CORE:
            return f"a command of {points[0].source}"
        if name in LINES:
            return LINES[name]
        return load(points[0]).get_short_help_str(limit=output.USUAL)

    def _routed(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and (args[0] in OPTIONS or args[0] in self._points):
            return args
        if not args and ctx.resilient_parsing:
            return args
        if not ctx.resilient_parsing:
            self._refuse_slips(ctx, args)
        return ["call", *args]

    def _refuse_slips(self, ctx: click.Context, args: list[str]) -> None:
        """Raise UsageError where these arguments of `call` look like something else."""
        words, model = self._prompt(ctx, args)
        if not words or "--" in args:
            return
        import shlex

        word = words[0]
        if word in self._points:
            ctx.fail(
                f"the options of a command stand after its name: hamr {word} ...\n"
                f"To send {word!r} as a prompt: hamr call {shlex.join(args)}"
            )
        if len(words) == 1 and model is None and (near := self._near(word)) and output.silent(sys.stdin):
            ctx.fail(
                f"no such command: {word!r}; did you mean `hamr {near}`?\n"
                f"To send it as a prompt: hamr call {shlex.quote(word)}"
            )

    def _prompt(self, ctx: click.Context, args: list[str]) -> tuple[tuple[str, ...], str | None]:
        """The words of the prompt and the model among arguments of `call`; none where they make no sense."""
        call = self.get_command(ctx, "call")
        if call is None:
            return (), None
        try:
            found, _, _ = call.make_parser(click.Context(call)).parse_args(list(args))
        except click.UsageError:  # `call` itself will say it better
            return (), None
        words = found.get("prompt")
        return words if isinstance(words, tuple) else (), found.get("model")

    def _near(self, word: str) -> str | None:
        import difflib

        near = difflib.get_close_matches(word.lower(), [*self._points, *MEANT], n=1, cutoff=NEAR)
        return MEANT.get(near[0], near[0]) if near else None


def load(point: EntryPoint) -> click.Command:
    """Import a command, which is the module's `command` where no attribute is named.

    Raises PluginError naming the distribution, its version and the cause.
    """
    attributes = (point.value.partition(":")[2].strip() or "command").split(".")
    try:
        found: Any = functools.reduce(getattr, attributes, importlib.import_module(point.module))
    except (Exception, SystemExit) as error:  # a plugin may fail in any way; it must break nothing else
        raise _broken(point, f"cannot be loaded: {type(error).__name__}: {error}") from error
    if not isinstance(found, click.Command):
        raise _broken(point, f"is no click command but {type(found).__name__}")
    return found


def _broken(point: EntryPoint, what: str) -> PluginError:
    return PluginError(
        f"the command {point.name!r} of {point.source} {what}",
        hint=f"Upgrade or uninstall it: pip install -U {point.dist}, or pip uninstall {point.dist}",
    )


def _sources(points: list[EntryPoint]) -> str:
    return " and ".join(point.source for point in points)


def _tell_version(context: click.Context, parameter: click.Parameter, value: bool) -> None:  # noqa: FBT001  # click's way
    if value and not context.resilient_parsing:
        from hamr.version import VERSION

        output.write(f"hamr {VERSION}\n")
        context.exit()
