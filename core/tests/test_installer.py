"""Which command installs, where none may be run, and what is told where one fails."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from hamr.errors import HamrError
from hamr.install.installer import Environment, Installer, Ran, run, shortened
from hamr.plugins.requirement import Requirement

ENV = Environment("/env/bin/python", Path("/env"), managed=False, pip=True, uv=None)
WITHOUT_PIP = replace(ENV, pip=False, uv="/bin/uv")
ACME = Requirement("acme-llm==2.1", "acme-llm")
FOLDER = Requirement("/src/mine", None)
PIP = ["/env/bin/python", "-P", "-m", "pip", "--disable-pip-version-check", "--no-input"]


def never(command: object) -> Ran:
    raise AssertionError(f"run: {command}")


def test_pip_is_asked_where_it_is_there() -> None:
    pip = Installer(replace(ENV, uv="/bin/uv"), never)
    *command, core = pip.installing([ACME, FOLDER])
    assert command == [*PIP, "install", "acme-llm==2.1", "/src/mine"]
    assert core.startswith("hamr==")
    assert pip.installing([ACME], upgrade=True)[:-1] == [*PIP, "install", "--upgrade", "acme-llm==2.1"]
    assert pip.uninstalling(["acme-llm"]) == [*PIP, "uninstall", "--yes", "acme-llm"]


def test_uv_is_asked_where_there_is_no_pip() -> None:
    uv = Installer(WITHOUT_PIP, never)
    start = ["/bin/uv", "pip", "install", "--python=/env/bin/python"]
    assert uv.installing([ACME, FOLDER])[:-1] == [*start, "acme-llm==2.1", "/src/mine"]
    upgraded = [*start, "--upgrade-package=acme-llm", "acme-llm==2.1", "/src/mine"]
    assert uv.installing([ACME, FOLDER], upgrade=True)[:-1] == upgraded
    uninstalled = ["/bin/uv", "pip", "uninstall", "--python=/env/bin/python", "acme-llm"]
    assert uv.uninstalling(["acme-llm"]) == uninstalled


@pytest.mark.parametrize(
    ("environment", "told", "remedy"),
    [
        (replace(ENV, managed=True), "PEP 668", "python3 -m venv"),
        (replace(ENV, pip=False), "has no pip, and there is no uv", "Run: /env/bin/python -m ensurepip"),
    ],
)
def test_where_hamr_may_not_install_it_says_what_to_do(environment: Environment, told: str, remedy: str) -> None:
    installer = Installer(environment, never)
    with pytest.raises(HamrError, match=told) as caught:
        installer.installing([ACME])
    assert remedy in caught.value.hint
    with pytest.raises(HamrError, match=told):
        installer.uninstalling(["acme-llm"])


def test_what_pipx_made_pipx_changes(tmp_path: Path) -> None:
    (tmp_path / "pipx_metadata.json").touch()
    installer = Installer(replace(ENV, prefix=tmp_path), never)
    with pytest.raises(HamrError, match="installed by pipx") as caught:
        installer.installing([ACME])
    assert caught.value.hint == f"Run: pipx inject {tmp_path.name} acme-llm==2.1"


@pytest.mark.parametrize(
    ("output", "remedy"),
    [
        ("ERROR: No matching distribution found for x", "Check the name."),
        ("error: x\n  cause: Because x was not found in the package registry", "Check the name."),
        ("WARNING: Retrying (Retry(total=0\nERROR: No matching distribution found for x", "Check the network"),
        ("error: Failed to fetch: http://127.0.0.1:9/x", "Check the network"),
        (
            "ERROR: Could not install packages due to an OSError: [Errno 13] Permission denied: '/env'",
            "may write to /env",
        ),
        ("error: failed to create directory `/env`: Read-only file system (os error 30)", "may write to /env"),
        ("ERROR: Failed to build x", ""),
    ],
)
def test_a_failure_has_its_remedy(output: str, remedy: str) -> None:
    with pytest.raises(HamrError, match="installing x failed") as caught:
        Installer(ENV, lambda _: Ran(1, output))(["pip"], "installing x")
    assert remedy in caught.value.hint
    assert bool(remedy) == bool(caught.value.hint)


def test_output_is_shortened_and_holds_no_password() -> None:
    assert shortened("Looking\n  a\n\nWARNING: Retrying (x)\nERROR: one \n[notice] new pip\nERROR: two") == (
        "ERROR: one\nERROR: two"
    )
    assert shortened("no https://me:canary@index.example/x") == "no https://***@index.example/x"
    long = shortened("error: first\n" + "\n".join(map(str, range(1000))))
    assert long.splitlines()[:2] == ["error: first", "..."]
    assert len(long.splitlines()) == 20
    assert long.endswith("999")
    assert shortened("") == "(it said nothing)"


def test_a_command_is_run_without_a_shell_or_standard_input() -> None:
    code = "import sys; print(sys.argv[1], sys.stdin.read(), file=sys.stderr); sys.exit(3)"
    assert run([sys.executable, "-c", code, "$(id); *"]) == Ran(3, "$(id); * \n")


def test_a_command_that_is_not_there_is_told() -> None:
    with pytest.raises(HamrError, match="/gone/uv cannot be run: No such file or directory"):
        run(["/gone/uv"])


def test_the_environment_is_that_of_this_python() -> None:
    here = Environment.here()
    assert (here.python, here.prefix) == (sys.executable, Path(sys.prefix))
    assert not here.managed or sys.prefix == sys.base_prefix
