"""Outsiders' plugins, each built its own way and installed by pip into a fresh environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROJECT = """
[build-system]
requires = ["{requires}"]
build-backend = "{backend}"

[project]
name = "{dist}"
version = "2.1"
dependencies = ["hamr>=0.1,<0.2"]

[project.entry-points."hamr.providers"]
{id} = "{module}"
"""
MANIFEST = """
api = 1
id = "{id}"
name = "{id}"
base_url = "https://{id}.example/v1"
base_url_env = ["{variable}_BASE_URL"]
wire = "openai-completions"
"""
OWN_AUTH = """
from hamr.api import Call, Flow, Open, OpenReply, Route, hookimpl

class Shake:
    def __init__(self, secret):
        self.secret = secret
    def flow(self, call: Call) -> Flow[OpenReply]:
        return (yield Open(call.with_secret("x-shaken", self.secret().reveal())))

@hookimpl
def hamr_auth(route: Route):
    return Shake(route.secret) if route.provider.auth.style == "handshake" else None
"""


class Fresh:
    """An environment with hamr, the simulator and the outsiders in it, made by pip alone."""

    def __init__(self, folder: Path) -> None:
        self.bin = folder / "env" / "bin"
        self.folder = folder
        self.environ = {"PATH": os.environ["PATH"], "HOME": str(folder), "NO_COLOR": "1"}
        self.environ |= {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "SSL_"))}
        subprocess.run([sys.executable, "-m", "venv", folder / "env"], check=True)

    def pip(self, *arguments: str | Path) -> None:
        """Run pip; shows what it printed where it fails."""
        command = [self.bin / "python", "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stderr

    def hamr(self, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run the command `hamr` as a user would."""
        command = [str(self.bin / "hamr"), *arguments]
        environ = self.environ | environ
        return subprocess.run(
            command, env=environ, cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )

    def project(self, dist: str, id: str, requires: str, backend: str, code: str = "", more: str = "") -> Path:
        """Write an outsider's project; gives its folder."""
        module = dist.replace("-", "_")
        package = self.folder / dist / "src" / module
        package.mkdir(parents=True)
        text = PROJECT.format(dist=dist, id=id, requires=requires, backend=backend, module=module)
        if backend == "setuptools.build_meta":
            text += '[tool.setuptools.package-data]\n"*" = ["*.toml"]\n'
        (self.folder / dist / "pyproject.toml").write_text(text)
        (package / "__init__.py").write_text(code)
        (package / "provider.toml").write_text(MANIFEST.format(id=id, variable=id.upper()) + more)
        return self.folder / dist


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Fresh:
    env = Fresh(tmp_path_factory.mktemp("outsiders"))
    acme = env.project("acme-llm", "acme", "hatchling", "hatchling.build")
    beta = env.project(
        "hamr-provider-beta", "beta", "setuptools>=77", "setuptools.build_meta", OWN_AUTH,
        'auth = { style = "handshake", env = ["BETA_KEY"] }\n',
    )  # fmt: skip
    env.project("rival-llm", "acme", "uv_build>=0.9,<0.14", "uv_build")
    env.pip("install", ROOT / "core", ROOT / "plugins" / "sim", acme, "--editable", beta)
    return env


@pytest.fixture(scope="module")
def sim_url(fresh: Fresh) -> Iterator[str]:
    command = [str(fresh.bin / "hamr"), "sim", "--port", "0", "--json"]
    with subprocess.Popen(command, env=fresh.environ, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        yield json.loads(server.stdout.readline())["base_url"]
        server.terminate()


def test_they_are_found(fresh: Fresh) -> None:
    ran = fresh.hamr("providers", "--json")
    found = {row["id"]: row for row in json.loads(ran.stdout)["providers"]}
    assert set(found) == {"acme", "beta", "sim"}
    assert (found["acme"]["distribution"], found["beta"]["distribution"]) == ("acme-llm", "hamr-provider-beta")


def test_data_alone_is_used(fresh: Fresh, sim_url: str) -> None:
    ran = fresh.hamr("hi", "-m", "acme/echo", ACME_BASE_URL=sim_url)
    assert (ran.stdout, ran.stderr, ran.returncode) == ("[sim] hi\n", "", 0)


def test_an_auth_of_its_own_is_used(fresh: Fresh, sim_url: str) -> None:
    ran = fresh.hamr("hi", "-m", "beta/echo", BETA_BASE_URL=sim_url, BETA_KEY="sk-canary-0123456789")
    assert (ran.stdout, ran.stderr, ran.returncode) == ("[sim] hi\n", "", 0)
    ran = fresh.hamr("hi", "-m", "beta/echo", BETA_BASE_URL=sim_url)
    assert ran.returncode == 2
    assert "BETA_KEY" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_each_loads(fresh: Fresh) -> None:
    ran = fresh.hamr("plugins", "--check", "--json")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "hamr_auth" in ran.stdout


def test_a_conflict_is_reported_and_settled(fresh: Fresh, sim_url: str) -> None:
    fresh.pip("install", "--no-deps", fresh.folder / "rival-llm")
    try:
        ran = fresh.hamr("hi", "-m", "acme/echo", ACME_BASE_URL=sim_url)
        assert ran.returncode == 1
        assert "acme-llm 2.1 and rival-llm 2.1" in ran.stderr
        assert "HAMR_PREFER" in ran.stderr
        assert fresh.hamr("hi", "-m", "beta/echo", BETA_BASE_URL=sim_url, BETA_KEY="k" * 20).stdout == "[sim] hi\n"
        assert "rival-llm" in fresh.hamr("plugins").stdout
        chosen = fresh.hamr("hi", "-m", "acme/echo", ACME_BASE_URL=sim_url, HAMR_PREFER="acme=rival-llm")
        assert chosen.stdout == "[sim] hi\n"
    finally:
        fresh.pip("uninstall", "--yes", "rival-llm")


def test_what_was_uninstalled_is_gone_at_once(fresh: Fresh) -> None:
    fresh.pip("uninstall", "--yes", "acme-llm")
    ran = fresh.hamr("hi", "-m", "acme/echo")
    assert ran.returncode == 2
    assert "pip install hamr-provider-acme" in ran.stderr


def test_the_core_is_small(fresh: Fresh) -> None:
    """Pain 7: few distributions, no vendor's SDK, no botocore."""
    listed = subprocess.run(
        [fresh.bin / "python", "-m", "pip", "list", "--format=json"], capture_output=True, text=True, check=True
    )
    names = {row["name"].lower() for row in json.loads(listed.stdout)}
    names -= {"pip", "setuptools", "hamr-sim", "hamr-provider-beta", "acme-llm"}
    assert len(names) <= 15, names
    assert not names & {"botocore", "boto3", "openai", "anthropic"}
