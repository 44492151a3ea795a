"""The program that installs into the environment that hamr runs in: uv where that has no pip, else pip."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hamr.errors import HamrError
from hamr.install.metadata import distributions
from hamr.plugins.requirement import Requirement

LINES = 20
"""How much of what a failed installer says is shown, from its first error on."""

NOISE = re.compile(r"(WARNING: Retrying|WARNING: Location|\[notice\]|Using Python )")
FAULT = re.compile(r"\s*(error|ERROR|\u00d7)")
USER = re.compile(r"://[^/\s@]+@")

NETWORK = ("Retrying (", "error sending request", "Failed to fetch", "dns error")
UNWRITABLE = ("Permission denied", "Read-only file system", "os error 13", "os error 30", "Errno 13", "Errno 30")
UNKNOWN = ("No matching distribution", "was not found in")


@dataclass(frozen=True, slots=True)
class Ran:
    """How a program ended, and what it said on both of its streams."""

    code: int
    output: str


@dataclass(frozen=True, slots=True)
class Environment:
    """The Python environment that hamr runs in.

    `managed` says that the operating system's own package manager keeps it (PEP 668), `uv` where uv is.
    """

    python: str
    prefix: Path
    managed: bool
    pip: bool
    uv: str | None

    @classmethod
    def here(cls) -> Environment:
        """The one that is running."""
        import shutil
        import sys
        import sysconfig
        from importlib.util import find_spec

        mark = Path(sysconfig.get_path("stdlib", sysconfig.get_default_scheme()), "EXTERNALLY-MANAGED")
        return cls(
            python=sys.executable,
            prefix=Path(sys.prefix),
            managed=sys.prefix == sys.base_prefix and mark.is_file(),
            pip=find_spec("pip") is not None,
            uv=shutil.which("uv"),
        )


def run(command: Sequence[str]) -> Ran:
    """Run a program, without a shell and without standard input, to its end."""
    import subprocess

    try:
        ended = subprocess.run(  # noqa: S603  # its arguments are checked in hamr.plugins.requirement
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
        )
    except OSError as error:
        raise HamrError(f"{command[0]} cannot be run: {error.strerror}") from error
    return Ran(ended.returncode, ended.stdout.decode("utf-8", "replace"))


@dataclass(frozen=True, slots=True)
class Installer:
    """Installs into, and uninstalls from, one environment; `run` is what runs a command."""

    environment: Environment = field(default_factory=Environment.here)
    run: Callable[[Sequence[str]], Ran] = run

    def installing(self, wanted: Sequence[Requirement], *, upgrade: bool = False) -> list[str]:
        """The command that installs these; hamr itself stays as it is. Raises HamrError where none may be run."""
        arguments = [requirement.argument for requirement in wanted]
        self._refuse(install=arguments)
        core = [f"hamr=={found.version}" for found in distributions() if found.name == "hamr"]
        if self.environment.pip:
            return [*self._pip("install"), *(["--upgrade"] if upgrade else []), *arguments, *core]
        dists = [requirement.dist for requirement in wanted if requirement.dist and upgrade]
        return [*self._uv("install"), *(f"--upgrade-package={dist}" for dist in dists), *arguments, *core]

    def uninstalling(self, dists: Sequence[str]) -> list[str]:
        """The command that uninstalls these; raises HamrError where none may be run."""
        self._refuse(uninstall=dists)
        if self.environment.pip:
            return [*self._pip("uninstall"), "--yes", *dists]
        return [*self._uv("uninstall"), *dists]

    def __call__(self, command: Sequence[str], what: str) -> None:
        """Run one of these commands; raises HamrError with what the installer said where it fails."""
        ran = self.run(command)
        if ran.code:
            hint = _remedy(ran.output, self.environment)
            raise HamrError(f"{what} failed (exit code {ran.code}):\n{shortened(ran.output)}", hint=hint)

    def _pip(self, action: str) -> list[str]:
        """-P: a file `pip.py` in the folder where the user happens to be is not what is run."""
        return [self.environment.python, "-P", "-m", "pip", "--disable-pip-version-check", "--no-input", action]

    def _uv(self, action: str) -> list[str]:
        return [self.environment.uv or "uv", "pip", action, f"--python={self.environment.python}"]

    def _refuse(self, *, install: Iterable[str] = (), uninstall: Iterable[str] = ()) -> None:
        from hamr.install import tool_environment

        here = self.environment
        if kept := tool_environment.find(here.prefix):
            command = kept.command(list(install), list(uninstall))
            raise HamrError(f"hamr was installed by {kept.keeper}, which keeps {here.prefix}", hint=f"Run: {command}")
        if here.managed:
            raise HamrError(
                f"the operating system keeps the environment of {here.python} (PEP 668); hamr may not change it",
                hint="Install hamr into an environment of its own: python3 -m venv, pipx install hamr, "
                "or uv tool install hamr.",
            )
        if not here.pip and here.uv is None:
            raise HamrError(
                f"the environment of {here.python} has no pip, and there is no uv",
                hint=f"Run: {here.python} -m ensurepip (or install uv)",
            )


def shortened(output: str) -> str:
    """What an installer said from its first error on, without its noise and without names and passwords in URLs."""
    told = [line.rstrip() for line in USER.sub("://***@", output).splitlines()]
    lines = [line for line in told if line and not NOISE.match(line)]
    first = next((place for place, line in enumerate(lines) if FAULT.match(line)), 0)
    faults = lines[first:]
    if len(faults) > LINES:
        faults = [faults[0], "...", *faults[-LINES + 2 :]]
    return "\n".join(faults) or "(it said nothing)"


def _remedy(output: str, environment: Environment) -> str:
    if any(sign in output for sign in UNWRITABLE):
        return f"Whoever may write to {environment.prefix} must do it, or install hamr into an environment of your own."
    if any(sign in output for sign in NETWORK):
        name = "pip" if environment.pip else "uv"
        return f"Check the network, and the package index and the proxy that {name} uses."
    if any(sign in output for sign in UNKNOWN):
        return "Check the name. A distribution that is not named after its provider: hamr install --exact NAME"
    return ""
