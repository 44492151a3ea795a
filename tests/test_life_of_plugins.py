"""The life of plugins from the command line: real wheels, a real pip, an environment of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from base64 import urlsafe_b64encode
from hashlib import sha256
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MANIFEST = """
id = "{id}"
name = "{id}"
base_url = "https://{id}.example/v1"
wire = "openai-completions"
auth = {{ style = "bearer", env = ["{variable}_API_KEY"] }}
key_url = "https://{id}.example/keys"
"""


def wheel(folder: Path, dist: str, version: str, id: str, **more: str) -> None:
    """Build a plugin's wheel; `more` are further files, `code` that of its package."""
    module = dist.replace("-", "_")
    metadata = f"{module}-{version}.dist-info"
    files = {
        f"{module}/__init__.py": more.pop("code", ""),
        f"{module}/provider.toml": MANIFEST.format(id=id, variable=id.upper()),
        **more,
        f"{metadata}/METADATA": f"Metadata-Version: 2.1\nName: {dist}\nVersion: {version}\n",
        f"{metadata}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{metadata}/entry_points.txt": f"[hamr.providers]\n{id} = {module}\n",
    }
    rows = [
        f"{path},sha256={urlsafe_b64encode(sha256(text.encode()).digest()).decode().rstrip('=')},{len(text.encode())}"
        for path, text in files.items()
    ]
    files[f"{metadata}/RECORD"] = "\n".join([*rows, f"{metadata}/RECORD,,", ""])
    with zipfile.ZipFile(folder / f"{module}-{version}-py3-none-any.whl", "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)


class Fresh:
    """An environment with hamr in it, and wheels that its pip finds; there is no other index."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.wheels = folder / "wheels"
        self.wheels.mkdir()
        self.python: Path = folder / "env" / "bin" / "python"
        subprocess.run([sys.executable, "-m", "venv", folder / "env"], check=True)
        self.pip("install", ROOT / "core")
        self.environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "NO_COLOR": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        self.environ |= {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(self.wheels)}

    def pip(self, *arguments: str | Path) -> None:
        command: list[str | Path] = [self.python, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stderr

    def hamr(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command: list[str | Path] = [self.python.parent / "hamr", *arguments]
        return subprocess.run(
            command, env=self.environ, cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            check=False,
        )  # fmt: skip

    @property
    def site(self) -> Path:
        (site,) = self.folder.glob("env/lib/python*/site-packages")
        return site

    @property
    def listed(self) -> dict[str, str]:
        kept = json.loads((self.folder / ".config" / "hamr" / "installed.json").read_text())["plugins"]
        return {each["requirement"]: each["version"] for each in kept}


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Fresh:
    """With acme-llm 1.0, and two plugins that fail on import."""
    env = Fresh(tmp_path_factory.mktemp("life"))
    wheel(env.wheels, "acme-llm", "1.0", "acme")
    wheel(env.wheels, "acme-llm", "1.1", "acme")
    wheel(env.wheels, "hamr-provider-bad", "1.0", "bad", code="raise ImportError('gone')")
    wheel(env.wheels, "hamr-provider-worse", "1.0", "worse", code="raise SystemExit(3)")
    wheel(env.wheels, "hamr-provider-sneaky", "1.0", "sneaky", **{"sneaky.pth": "import os\n"})
    ran = env.hamr("install", "--exact", "acme-llm==1.0", "hamr-provider-bad", "hamr-provider-worse")
    assert ran.returncode == 0, ran.stderr
    assert "installed acme-llm 1.0; it brings provider acme\n" in ran.stdout
    assert "acme: set ACME_API_KEY (get a key at https://acme.example/keys)\n" in ran.stdout
    assert ran.stdout.endswith("providers now: acme, bad, worse\n")
    assert env.listed == {"acme-llm==1.0": "1.0", "hamr-provider-bad": "1.0", "hamr-provider-worse": "1.0"}
    return env


def test_they_are_as_they_were_installed(fresh: Fresh) -> None:
    """Pain 10: hamr itself too."""
    ran = fresh.hamr("plugins", "verify", "--json")
    assert ran.returncode == 0, ran.stdout
    states = {told["distribution"]: told["state"] for told in json.loads(ran.stdout)["distributions"]}
    names = ("acme-llm", "hamr", "hamr-provider-bad", "hamr-provider-worse")
    assert states == dict.fromkeys(names, "intact")


def test_tampering_is_found(fresh: Fresh) -> None:
    """Pain 10."""
    manifest = fresh.site / "acme_llm" / "provider.toml"
    was = manifest.read_text()
    manifest.write_text(was.replace("acme.example", "evil.example"))
    ran = fresh.hamr("plugins", "verify")
    manifest.write_text(was)
    assert ran.returncode == 1
    assert "acme-llm: acme_llm/provider.toml is not what was installed\n" in ran.stdout


def test_a_name_that_is_nowhere(fresh: Fresh) -> None:
    before = fresh.listed
    ran = fresh.hamr("install", "nope")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "No matching distribution found for hamr-provider-nope\nCheck the name." in ran.stderr
    assert "Traceback" not in ran.stderr
    assert fresh.listed == before


def test_an_upgrade_and_a_plugin_that_runs_at_every_start(fresh: Fresh) -> None:
    ran = fresh.hamr("install", "--upgrade", "acme", "sneaky")
    assert ran.returncode == 0, ran.stderr
    assert "installed acme-llm 1.1 in place of 1.0; it brings provider acme\n" in ran.stdout
    assert fresh.listed["acme-llm"] == "1.1"
    ran = fresh.hamr("plugins", "verify", "sneaky")
    assert ran.returncode == 1
    assert "hamr-provider-sneaky: sneaky.pth runs code whenever Python starts\n" in ran.stdout


def test_they_come_back_after_an_upgrade_of_the_environment(fresh: Fresh) -> None:
    """Pain 5: all are gone, sync brings the same back."""
    before = fresh.listed
    fresh.pip("uninstall", "--yes", *(name.partition("=")[0] for name in before))
    ran = fresh.hamr("plugins")
    assert ran.returncode == 0
    assert "missing: " in ran.stderr
    assert "hamr plugins sync" in ran.stderr
    ran = fresh.hamr("plugins", "sync")
    assert ran.returncode == 0, ran.stderr
    assert fresh.listed == before
    assert fresh.hamr("plugins").stderr == ""


def test_what_was_uninstalled_is_gone(fresh: Fresh) -> None:
    ran = fresh.hamr("uninstall", "acme", "worse")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.splitlines()[1] == "uninstalled hamr-provider-worse 1.0"
    assert {"hamr-provider-worse", "acme-llm", "acme-llm==1.0"} & set(fresh.listed) == set()
    ran = fresh.hamr("plugins")
    assert "acme" not in ran.stdout + ran.stderr
    assert not (fresh.site / "acme_llm").exists()
