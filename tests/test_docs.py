"""Every example in the documentation runs: Python as it stands, console sessions with the output they show."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = sorted(page for page in [ROOT / "README.md", *ROOT.glob("docs/**/*.md"), *ROOT.glob("plugins/*/README.md")])
ENVIRON = {
    name: value
    for name, value in os.environ.items()
    if not name.startswith("HAMR_") and not name.endswith(("_API_KEY", "_BASE_URL"))
}
ENVIRON |= {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "NO_COLOR": "1"}
ENVIRON |= {"HAMR_AGENT_DIR": "no-such-folder", "HAMR_STATE_DIR": "state", "HAMR_CONFIG_DIR": "config"}


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "python")], ids=name)
def test_the_python_on_a_page_runs(page: Path, tmp_path: Path) -> None:
    script = tmp_path / "page.py"
    script.write_text("\n".join(blocks(page, "python")), encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-W", "error", script], env=ENVIRON, cwd=tmp_path, capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr == ""


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "console")], ids=name)
def test_the_console_sessions_on_a_page_show_what_they_print(page: Path, tmp_path: Path) -> None:
    for session in blocks(page, "console"):
        for command, shown in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", session, re.MULTILINE):
            ran = subprocess.run(
                ["bash", "-c", command], env=ENVIRON, cwd=tmp_path, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, text=True, timeout=60, check=False,
            )  # fmt: skip
            pattern = re.escape(shown.strip()).replace(r"\.\.\.", r"[\s\S]*?")
            assert re.fullmatch(pattern, ran.stdout.strip()), f"$ {command}\n{ran.stdout}"


def test_every_link_between_pages_leads_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{name(page)} links to {target}"
