"""`hamr sim`: the simulator as a server of its own, for any client."""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import click

from hamr.api import HamrError

if TYPE_CHECKING:
    from hamr_sim.script import Script
    from hamr_sim.server import Server

EPILOG = """\b
Examples:
  hamr sim
  hamr sim --port 8080 --pace 0.05
  hamr sim --script replies.toml
"""


@click.command("sim", short_help="Serve a simulated provider on this machine.", epilog=EPILOG)
@click.option("--port", type=click.IntRange(0, 65535), default=0, metavar="N", help="Default: a free one.")
@click.option(
    "--script",
    metavar="FILE",
    envvar="HAMR_SIM_SCRIPT",
    help="The replies of the model `script`, in TOML or JSON. Default: HAMR_SIM_SCRIPT.",
)
@click.option("--pace", type=click.FloatRange(0), default=0.0, metavar="SECONDS", help="The wait before each chunk.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON; an error too, on standard error.")
@click.option("-v", "--verbose", is_flag=True, help="Tell of each request on standard error, terminal or not.")
def command(port: int, script: str | None, pace: float, *, as_json: bool, verbose: bool) -> None:
    """Serve a simulated provider on this machine, until Ctrl-C.

    It listens on 127.0.0.1 alone, wants no key, and says in every reply that it is the simulator.
    """
    from hamr_sim.script import Script

    with _server(port, Script.read(script) if script else None, pace) as server:
        if verbose or sys.stderr.isatty():
            server.log = _tell
        with suppress(KeyboardInterrupt):
            click.echo(json.dumps(_facts(server)) if as_json else _words(server))
            server.serve()
    click.echo("The simulator has ended.", err=True)


def _server(port: int, script: Script | None, pace: float) -> Server:
    from hamr_sim.server import Server
    from hamr_sim.simulator import Simulator

    try:
        return Server(Simulator(script, pace), port)
    except OSError as error:
        told = f"port {port} cannot be listened at: {error.strerror or error}"
        raise HamrError(told, hint="Name another with --port, or none for a free one.") from error


def _facts(server: Server) -> dict[str, object]:
    from hamr_sim.models import NAMES

    return {"base_url": server.base_url, "models": list(NAMES), "pid": os.getpid()}


def _words(server: Server) -> str:
    return f"""The simulator listens at {server.base_url}

With hamr:
  SIM_BASE_URL={server.base_url} hamr "hi" -m sim/echo
With any client of OpenAI's chat completions, where the model is echo and any key will do:
  OPENAI_BASE_URL={server.base_url} OPENAI_API_KEY=none

Ctrl-C ends it."""


def _tell(line: str) -> None:
    click.echo(line, err=True)
