# /// script
# requires-python = ">=3.11"
# dependencies = ["nox", "uv"]
# ///
"""Everything that is run on this project: `nox` alone runs what CI runs, `nox -l` lists it all."""

from __future__ import annotations

import ast
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import nox

PYTHONS = ["3.11", "3.12", "3.13", "3.14"]
MEMBERS = [Path("core"), *sorted(file.parent for file in Path("plugins").glob("*/pyproject.toml"))]
SOURCES = [str(folder / "src") for folder in MEMBERS]
TESTS = ["tests", *(str(folder / "tests") for folder in MEMBERS)]
CHECKS = ["checks"]

NEIGHBOURS = (
    "openai==2.*",
    "openai==3.*",
    "anthropic",
    "boto3==1.34.*",
    "boto3",
    "httpx==0.27.*",
    "httpx==0.28.*",
    "pydantic==2.11.*",
    "click==8.1.*",
)
"""What the core must be installable with (litellm's users could not have openai 3, GitHub issue 40317 there)."""

DEMO = [
    "hamr --version",
    "hamr providers",
    'hamr "hi" -m sim/echo',
    'hamr --no-stream "hi, all in one piece" -m sim/echo',
    """python -c 'import hamr; print(hamr.call("hi from Python", "sim/echo").text)'""",
    """python -c 'import asyncio, hamr; print(asyncio.run(hamr.acall("hi from asyncio", "sim/echo")).text)'""",
]

nox.needs_version = ">=2025.10.16"
nox.options.default_venv_backend = "uv"
nox.options.download_python = "never"
nox.options.error_on_missing_interpreters = False


def told_to_pip() -> dict[str, str]:
    """The index and the certificates that pip was told of, in uv's variables; empty where there is no pip.

    uv reads none of pip's settings, and whoever starts from `pip install nox uv` may have a mirror in them.
    """
    listing = [sys.executable, "-m", "pip", "config", "list"]
    lines = subprocess.run(listing, capture_output=True, text=True, check=False).stdout.splitlines()
    settings = dict(line.split("=", 1) for line in lines if "=" in line)
    return {
        variable: ast.literal_eval(settings[f"{section}.{option}"])
        for section in ("global", "install", ":env:")
        for option, variable in (("index-url", "UV_DEFAULT_INDEX"), ("cert", "SSL_CERT_FILE"))
        if f"{section}.{option}" in settings
    }


os.environ |= {name: value for name, value in told_to_pip().items() if name not in os.environ}


def sync(session: nox.Session, *groups: str) -> None:
    """Install every member of the workspace, and these groups of dependencies."""
    options = [f"--group={group}" for group in groups]
    session.run_install(
        *("uv", "sync", "--quiet", "--all-packages", "--all-extras", "--no-default-groups", *options),
        f"--python={session.virtualenv.location}",
        env={"UV_PROJECT_ENVIRONMENT": session.virtualenv.location},
    )


@nox.session(tags=CHECKS)
def lint(session: nox.Session) -> None:
    """Ruff: its rules, and its format."""
    session.install("--group=lint")
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")


@nox.session(tags=CHECKS)
def types(session: nox.Session) -> None:
    """Mypy, strict, over the core, the plugins and what runs them, and over the tests."""
    sync(session, "types")
    session.run("mypy", *SOURCES, "noxfile.py", "bench", "catalog")
    session.run("mypy", "--explicit-package-bases", *TESTS)  # they are no packages, and often of the same name


@nox.session(tags=CHECKS)
def imports(session: nox.Session) -> None:
    """Who may import whom: the contracts in pyproject.toml."""
    sync(session, "imports")
    session.run("lint-imports", "--no-logo", "--no-cache")


@nox.session(tags=CHECKS)
def docs(session: nox.Session) -> None:
    """What the documentation says, run."""
    sync(session, "test")
    session.run("pytest", "tests/test_docs.py", *session.posargs)


@nox.session(tags=CHECKS)
def build(session: nox.Session) -> None:
    """A wheel and an sdist of every distribution, looked into, and installed into an environment of their own."""
    folder = Path(session.create_tmp()).resolve()
    shutil.rmtree(folder)
    session.run("uv", "build", "--quiet", "--all-packages", f"--out-dir={folder}/dists")
    session.install("--group=test", *map(str, folder.glob("dists/*.whl")))
    session.run("pytest", "tests/check_wheels.py", f"--dists={folder}/dists")
    session.run("hamr", "--version")
    # A third party's plugin, as the scaffold begins it.
    session.run("python", "-m", "hamr_testkit.scaffold", "acme", f"--into={folder}")
    session.run("uv", "build", "--quiet", f"--out-dir={folder}/acme/dist", f"{folder}/acme")
    session.install(*map(str, folder.glob("acme/dist/*.whl")))
    session.run("pytest", f"{folder}/acme/tests")


@nox.session(tags=CHECKS)
def lowest(session: nox.Session) -> None:
    """The tests, on the lowest version that each direct dependency admits."""
    editable = [f"--editable={folder}" for folder in MEMBERS]
    session.install("--resolution=lowest-direct", "--group=test", *editable)
    session.run("pytest", *session.posargs)


@nox.session(tags=CHECKS)
def beside(session: nox.Session) -> None:
    """The core fits into an environment beside what people already have there; nothing is installed."""
    for neighbours in NEIGHBOURS:
        session.run("uv", "pip", "install", "--dry-run", "--quiet", "./core", *neighbours.split())


@nox.session(tags=CHECKS)
def demo(session: nox.Session) -> None:
    """Calls through installed plugins, to a simulated provider on this machine."""
    sync(session)
    for line in DEMO:
        print(f"\n$ {line}", flush=True)
        session.run(*shlex.split(line), silent=False, log=False)


@nox.session(python=PYTHONS, tags=CHECKS)
def matrix(session: nox.Session) -> None:
    """The tests on every other Python that this machine has."""
    if session.python == f"{sys.version_info.major}.{sys.version_info.minor}":
        session.skip("the session `tests` runs this one")
    sync(session, "test")
    session.run("pytest", *session.posargs)


@nox.session
def tests(session: nox.Session) -> None:
    """All tests, on the Python that runs nox."""
    sync(session, "test")
    session.run("pytest", *session.posargs)


@nox.session(tags=CHECKS)
def litellm(session: nox.Session) -> None:
    """The plugin for LiteLLM's proxy, against the proxy itself in an environment of its own."""
    sync(session, "test")
    proxy = Path(session.create_tmp()).resolve() / "proxy"
    session.run_install("uv", "venv", "--quiet", "--clear", f"--python={sys.executable}", str(proxy))
    session.run_install("uv", "pip", "install", "--quiet", f"--python={proxy}", "litellm[proxy]")
    command = next(proxy.glob("*/litellm"))
    session.run("pytest", "tests/test_litellm_proxy.py", env={"HAMR_TEST_LITELLM": str(command)})


@nox.session(default=False)
def acp(session: nox.Session) -> None:
    """The plugin for agents, against one that is not ours, opencode, in a folder of its own; needs npm."""
    if not shutil.which("npm"):
        session.skip("npm, which brings opencode, is not on this machine")
    sync(session, "test")
    folder = Path(session.create_tmp()).resolve() / "agent"
    folder.mkdir(exist_ok=True)
    session.run_install("npm", "install", "--silent", f"--prefix={folder}", "opencode-ai@1", external=True)
    command = folder / "node_modules" / ".bin" / "opencode"
    session.run("pytest", "tests/test_acp_agent.py", env={"HAMR_TEST_ACP_AGENT": str(command)})


@nox.session(tags=CHECKS)
def clients(session: nox.Session) -> None:
    """The wires that are served, against the providers' own clients."""
    sync(session, "test")
    session.run_install("uv", "pip", "install", "--quiet", f"--python={session.virtualenv.location}", "openai")
    session.run("pytest", "tests/test_openai_client.py")


@nox.session(default=False)
def coverage(session: nox.Session) -> None:
    """The tests once more, to see which lines they reach."""
    sync(session, "coverage")
    session.run("coverage", "run", "-m", "pytest", *session.posargs)
    session.run("coverage", "combine")
    session.run("coverage", "report")


@nox.session(default=False)
def bench(session: nox.Session) -> None:
    """What hamr costs, as multiples of a floor in the same run: `nox -s bench -- call stream --peers`."""
    sync(session)
    beside = Path(sys.executable).with_name("uv")
    session.run("python", "-m", "bench", *session.posargs, env={"UV": shutil.which("uv") or str(beside)})


@nox.session(default=False)
def new(session: nox.Session) -> None:
    """A new provider that passes everything: `nox -s new -- <id>`."""
    sync(session, "test")
    session.run("python", "-m", "hamr_testkit.scaffold", "--into=plugins", *session.posargs)
    sync(session, "test")
    session.run("pytest", "tests", f"plugins/{session.posargs[0]}")


if __name__ == "__main__":
    nox.main()
