"""The option that has a command print for programs."""

from __future__ import annotations

import click

JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON; an error too, on standard error.")
