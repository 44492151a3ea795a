"""`hamr import`: what other programs have written down, taken over."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from hamr.cli import exit_codes, output
from hamr.cli.json_option import JSON
from hamr.errors import ConfigError

if TYPE_CHECKING:
    from hamr.imports.found import Found
    from hamr.imports.plan import Plan, Step, Target
    from hamr.providers import Providers
    from hamr.secrets.store import CredentialStore

SOURCES: Mapping[str, str] = {
    "pi": "pi's files in ~/.pi/agent",
    "hamr": "Hamr's config.toml, .hamr.toml and ~/.hamr/agent",
    "harn": "Harn's harn.toml and ~/.config/harn/providers.toml",
    "hermes": "hermes-router's auth.json and .env",
    "hiveloom": "Hiveloom's base URL and ~/.hiveloom/models.yaml",
    "litellm": "the config.yaml of LiteLLM's proxy",
    "llm": "llm's files in ~/.config/io.datasette.llm",
}
"""Each is a module of `hamr.imports` that is read when it is asked for."""

EPILOG = """\b
Examples:
  hamr import pi                  what is at pi's usual place
  hamr import pi --dry-run        show it, and write nothing
  hamr import pi ~/backup/agent   the files in this folder
  hamr import pi --yes            ask nothing

It shows what would be written where and asks. Of what is there already nothing is replaced without --overwrite. Keys go
to auth.json, and are never shown. Nothing of the other program's is changed. The exit code is 1 where one of its files
could not be read.
"""
MARKS = {"add": "+", "replace": "!", "same": "=", "keep": "-"}
MANY = 8
"""From more keys of a provider on there is one line for all of them."""
TOLD = {"same": "there already", "keep": "another is there already; --overwrite replaces it", "replace": "replaced"}


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(SOURCES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return _command(cmd_name) if cmd_name in SOURCES else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in SOURCES and not args[0].startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(args[0], SOURCES, n=2, cutoff=0.4)
            hint = f" did you mean {' or '.join(near)}?" if near else f" there are {', '.join(SOURCES)}."
            ctx.fail(f"{args[0]!r} is no program whose files are known;{hint}")
        return super().resolve_command(ctx, args)


@click.group("import", cls=_Commands, epilog=EPILOG, short_help="Take over another program's configuration.")
def command() -> None:
    """Take over keys, providers and aliases from another program's files."""


def _command(name: str) -> click.Command:
    @click.command(name, short_help=SOURCES[name], help=f"Take over what {SOURCES[name]} say.", epilog=EPILOG)
    @click.argument("path", required=False, type=click.Path())
    @click.option("--dry-run", is_flag=True, help="Show what would be written, and write nothing.")
    @click.option("-y", "--yes", is_flag=True, help="Do not ask.")
    @click.option("--overwrite", is_flag=True, help="Replace what is there already.")
    @JSON
    @click.pass_context
    def run(context: click.Context, /, path: str | None, **given: bool) -> None:
        context.exit(_run(name, path, **given))

    return run


def _run(name: str, path: str | None, *, dry_run: bool, yes: bool, overwrite: bool, as_json: bool) -> int:
    from hamr.cli.config_get import providers
    from hamr.cli.own_credentials import names_of_all, own_store, place_for_keys
    from hamr.imports import plan as plans
    from hamr.imports import writing
    from hamr.imports.source import source

    found = source(name).read(path, os.environ, os.getcwd())
    there, store, names = providers(), own_store(), names_of_all()
    target = _target(there, store, names)
    plan = plans.plan(found, target, overwrite=overwrite)
    _note_absent(found, there)
    _note_commands(found)
    _note_places(found, there)
    writes = any(step.writes for step in plan.steps)
    if not as_json:
        _show(found, plan, target)
    written = writes and not dry_run and (yes or _agreed(as_json=as_json))
    if written:
        writing.write(plan, target, writing.Keys(store, names, place_for_keys()), os.environ)
    if as_json:
        output.write_json(_document(name, found, plan, written=written))
    elif written:
        output.note("written")
    return exit_codes.FAILED if found.faults else 0


def _target(there: Providers, store: CredentialStore, names: Mapping[str, tuple[str, ...]]) -> Target:
    from hamr.config.config_file import ConfigFile
    from hamr.imports.plan import Target
    from hamr.imports.writing import stored

    toml, models = there.configuration.providers_path, there.configuration.models_path
    if toml is None or models is None:
        raise ConfigError("there is no place for configuration", hint="Set HAMR_CONFIG_DIR to a folder.")
    return Target(
        ConfigFile("providers", toml),
        ConfigFile("models", models),
        store.path,
        lambda provider: stored(store, names.get(provider, (provider,))),
    )


def _agreed(*, as_json: bool) -> bool:
    """Whether the user wants it; raises ConfigError where nobody can be asked."""
    if as_json or not output.terminal(sys.stdin):
        raise ConfigError("nothing was written, for nobody could be asked", hint="With --yes it is written unasked.")
    return click.confirm("Write this?", err=True)


def _note_absent(found: Found, there: Providers) -> None:
    """Tell of providers that are neither installed nor described by what was found."""
    keyed = {each.provider for each in found.credentials}
    described = {id for id, entry in found.providers.items() if {"baseUrl", "base_url", "command"} & entry.keys()}
    for id in sorted((keyed | found.providers.keys()) - described - {*there.ids}):
        found.notes.append(f"there is no provider {id} here; a plugin may bring it: hamr install {id}")


def _note_commands(found: Found) -> None:
    """Tell of keys and headers that are the output of a command: it would be run as the user's own."""
    from hamr.config.keys import SECRETS
    from hamr.config.translate import snaked

    for id, entry in found.providers.items():
        for name, value in snaked(entry).items():
            texts = [*value.values()] if isinstance(value, Mapping) else [value]
            if name in SECRETS and any(isinstance(text, str) and text.startswith("!") for text in texts):
                found.notes.append(f"{name} of {id} is the output of a command, which hamr will run: look at it first")
    for key in found.keys:
        if key.written.startswith("!"):
            found.notes.append(f"the key of {key.provider} is the output of a command, which hamr will run")


def _note_places(found: Found, there: Providers) -> None:
    """Tell of what would send the keys of a provider elsewhere, or start a program."""
    for id, entry in found.providers.items():
        url = entry.get("baseUrl", entry.get("base_url"))
        if url is not None and id in there.plugins.providers:
            found.notes.append(f"the keys of {id} would be sent to {url}: look at it first")
        if "command" in entry:
            found.notes.append(f"{id} is a program that hamr would start: look at it first")


def _show(found: Found, plan: Plan, target: Target) -> None:
    for file in found.files:
        output.write(f"from {file}\n")
    for file in (target.auth, target.toml.path, target.json.path):
        steps = [step for step in plan.steps if step.file == file]
        if steps:
            output.write(f"to {file}\n")
        for mark, what in _lines(steps):
            output.write(f"  {MARKS[mark]} {what}{f'  ({TOLD[mark]})' if mark in TOLD else ''}\n")
    for each in plan.left:
        output.note(f"not carried: {each.place}: {each.what}: {each.why}")
    for note in found.notes:
        output.note(f"note: {note}")
    for fault in found.faults:
        output.note(f"warning: {fault}")
    if not any(step.writes for step in plan.steps):
        output.note("there is nothing to write")


def _lines(steps: Sequence[Step]) -> Iterator[tuple[str, str]]:
    """A line for each step, and one for all keys of a provider where there are many."""
    from itertools import groupby

    for (action, path, is_key), group in groupby(steps, lambda step: (step.action, step.path, step.key is not None)):
        each = list(group)
        if is_key and len(each) > MANY:
            yield action, f"{path[0]}: {len(each):,} keys"
        else:
            yield from ((action, _what(step)) for step in each)


def _what(step: Step) -> str:
    """A step for people: of a key the tail, of a provider where it is, of all else the value."""
    from hamr.imports.found import FoundKey

    if step.key is not None:
        kind = f"key {_tail(step.key.written)}" if isinstance(step.key, FoundKey) else "login"
        return f"{step.path[0]}: {kind}"
    from hamr.cli.config_get import written
    from hamr.config.keys import spelled

    value = _value(step)
    if step.path[0] != "providers":
        return f"{spelled(step.path)} = {written(value)}"
    told = [str(value[name]) for name in ("baseUrl", "base_url", "command") if name in value]
    if isinstance(models := value.get("models"), list):
        told.append(f"{len(models)} model{'' if len(models) == 1 else 's'}")
    return f"{spelled(step.path)}: {', '.join(told) or written(value)}"


def _value(step: Step) -> Any:
    """The value of a step, less what is secret in it."""
    from hamr.cli.key_sources import shown
    from hamr.config.keys import Key, Part

    return shown(Key(tuple(Part(name) for name in step.path), "any", {}), step.value)


def _tail(written: str) -> str:
    from hamr.cli.key_sources import hidden

    return hidden(written)


def _document(name: str, found: Found, plan: Plan, *, written: bool) -> dict[str, Any]:
    from dataclasses import asdict

    from hamr.imports.found import FoundKey

    steps = []
    for step in plan.steps:
        kind = "value" if step.key is None else "key" if isinstance(step.key, FoundKey) else "login"
        tail = _tail(step.key.written) if isinstance(step.key, FoundKey) else None
        value = _value(step) if step.key is None else None
        path = list(step.path)
        steps.append(
            {"file": step.file, "path": path, "kind": kind, "action": step.action, "value": value, "tail": tail}
        )
    return {
        "source": name,
        "files": found.files,
        "steps": steps,
        "left": [asdict(each) for each in plan.left],
        "notes": found.notes,
        "faults": found.faults,
        "written": written,
    }
