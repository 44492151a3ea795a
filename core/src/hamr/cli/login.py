"""`hamr login`: log in to a provider, or store its key."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from hamr.cli import output, own_credentials
from hamr.cli.credential_options import AS, refuse_arguments
from hamr.cli.json_option import JSON
from hamr.errors import ConfigError

if TYPE_CHECKING:
    from hamr.auth.inbox import Inbox
    from hamr.calls.pipeline import Pipeline
    from hamr.client import Hamr
    from hamr.effects import Flow
    from hamr.specs import LoginAuth
    from hamr.types import OAuthSpec, Tokens

EPILOG = """\b
Examples:
  hamr login codex            with a browser
  hamr login codex --device   with a code, where there is no browser
  hamr login codex --as work  one more login, by a name; calls take turns
  hamr login groq             for a provider with keys: type one in
  hamr login anthropic --subscription   with a plan, rather than a key

Where the browser runs on another machine, paste the URL that it ends at.
What is stored is told by `hamr auth`.
"""


@click.command("login", short_help="Log in to a provider.", epilog=EPILOG)
@click.argument("provider")
@click.argument("more", nargs=-1, metavar="")
@click.option("--device", is_flag=True, help="Type a code in on another device.")
@click.option("--subscription", is_flag=True, help="Log in with a subscription, for a provider that also has keys.")
@click.option("--no-browser", is_flag=True, help="Open no browser; only tell the URL.")
@AS
@JSON
def command(  # each is an option
    provider: str, *, more: tuple[str, ...], subscription: bool, name: str, as_json: bool, **options: bool
) -> None:
    """Log in to a provider, or type a key in, in place of those that are stored, where it has keys."""
    refuse_arguments(more)
    known = own_credentials.known_provider(provider)
    if subscription and known.auth.oauth is None:
        raise ConfigError(f"{provider} knows no login by a subscription", hint=f"Log in: hamr login {provider}")
    if known.auth.style in ("bearer", "header") and not subscription:
        from hamr.cli.key_entry import checked, typed

        if name:
            raise click.UsageError(f"{provider} has keys, which have no names; one more: hamr auth add {provider}")
        place = own_credentials.place_for_keys()
        told = own_credentials.store_key(known, checked(typed(known), "what was typed"), alone=True, place=place)
        _tell(told, f"stored the key of {provider} {told['tail']} in {own_credentials.where(told)}", as_json=as_json)
        return
    from hamr.client import Hamr

    with Hamr() as client:
        told = _Login(client, provider, name, opens=not options["no_browser"]).run(
            "device" if options["device"] else None
        )
    as_name = f" as {name}" if name else ""
    _tell(told, f"logged in to {provider}{as_name}; the login is kept in {told['place']}", as_json=as_json)


def import_command(id: str) -> click.Command:
    """The command that takes over the login that another program has at this provider."""

    @click.command(f"import-{id}")
    @AS
    @JSON
    def command(*, name: str, as_json: bool) -> None:
        from hamr.client import Hamr

        with Hamr() as client:
            told = _Login(client, id, name, opens=False).take_over()
        as_name = f" as {name}" if name else ""
        _tell(told, f"took over the login at {id}{as_name}; it is kept in {told['place']}", as_json=as_json)

    command.help = f"Take over the login that another program has at {id}; nothing is written there."
    return command


def _tell(told: dict[str, Any], line: str, *, as_json: bool) -> None:
    if as_json:
        output.write_json(told)
    else:
        output.write(line + "\n")


@dataclass(frozen=True, slots=True)
class _Login:
    """One login, by its name if it has one; `opens` is whether a browser is opened for it."""

    client: Hamr
    id: str
    name: str
    opens: bool

    def run(self, way: str | None) -> dict[str, Any]:
        """Log in, by the provider's usual way where none is named; raises HamrError."""
        pipeline = self.client.access(self.id, self.name)
        found = self._auth(pipeline)
        way = way or found.ways[0]
        with ExitStack() as stack:
            spec = pipeline.route.provider.auth.oauth
            inbox = self._inbox(stack, spec) if way == "browser" and spec is not None else None
            tokens = self._driven(pipeline, _kept(found, found.login(way, inbox)))
        return self._told(way, tokens)

    def take_over(self) -> dict[str, Any]:
        """Keep the login of another program; raises HamrError."""
        from hamr.specs import ImportAuth

        pipeline = self.client.access(self.id, self.name)
        found = self._auth(pipeline)
        if not isinstance(found, ImportAuth):
            raise ConfigError(
                f"{self.id}: there is no other program whose login could be taken over",
                hint=f"Log in: hamr login {self.id}",
            )
        return self._told("import", self._driven(pipeline, _kept(found, found.imported())))

    def _auth(self, pipeline: Pipeline) -> LoginAuth:
        from hamr.specs import LoginAuth

        if not isinstance(pipeline.auth, LoginAuth) or not pipeline.auth.ways:
            style = pipeline.route.provider.auth.style
            hint = "It needs no login." if style == "none" else "Its README says how it is let in."
            raise ConfigError(f"one does not log in to {self.id}", hint=hint)
        return pipeline.auth

    def _inbox(self, stack: ExitStack, spec: OAuthSpec) -> Inbox:
        """Where the browser's answer comes: to a port of this machine, and from the terminal."""
        from hamr.auth.loopback import Loopback
        from hamr.cli.pasted import read_lines

        loopback = stack.enter_context(Loopback(spec))
        can_paste = output.terminal(sys.stdin)
        if not loopback.is_listening:
            taken = f"the port {spec.redirect_port}, which the browser is sent back to, is taken"
            if not can_paste:
                raise ConfigError(taken, hint="End the other login, or use --device.")
            output.note(f"{taken}: paste the URL that the browser ends at.")
        if can_paste:
            read_lines(loopback.inbox)
        return loopback.inbox

    def _driven(self, pipeline: Pipeline, flow: Flow[Tokens]) -> Tokens:
        from hamr.drive import run

        return run(flow, pipeline.transport, self._say)

    def _say(self, text: str, url: str | None) -> None:
        output.note(f"{text}\n{url}" if url else text)
        if url is not None and self.opens and _has_screen() and url.startswith(("https://", "http://")):
            import webbrowser

            webbrowser.open(url)

    def _told(self, way: str, tokens: Tokens) -> dict[str, Any]:
        from hamr.types import Secret

        account, store = Secret(tokens.account, "").tail if tokens.account else None, own_credentials.own_store()
        names = own_credentials.known_provider(self.id).stored_names
        if len(there := store.logins(names)) > 1:
            from hamr.cli.rotation import forget

            for each in there:
                if each.tokens.is_same(tokens):  # it is another one now, even where it is the same person's
                    forget(self.id, Secret(each.written, each.place))
        place = store.path
        told = {"provider": self.id, "way": way, "account": account, "expires": tokens.expires, "place": place}
        return {**told, "name": self.name or None}


def _kept(auth: LoginAuth, flow: Flow[Tokens]) -> Flow[Tokens]:
    tokens = yield from flow
    yield from auth.keep(tokens)
    return tokens


def _has_screen() -> bool:
    """Whether a browser would open a window, rather than take the terminal."""
    if sys.platform in ("darwin", "win32"):
        return True
    return any(os.environ.get(name) for name in ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY"))
