"""What is compared, each installed into an environment of its own under the user's cache."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from bench.contestant import ROOT, Contestant, NoResult


@dataclass(frozen=True, slots=True)
class Peer:
    """A distribution, its subject's module, and what to install: the lowest versions that the subject knows."""

    name: str
    subject: str
    requirements: tuple[str, ...]


PEERS = (
    Peer("openai", "openai", ("openai>=3.52",)),
    # Its completion() imports mcp as soon as a call has tools, and does not ask for it (seen in 1.106.2).
    Peer("litellm", "litellm", ("litellm[mcp]>=1.106",)),
    Peer("any-llm-sdk", "any_llm", ("any-llm-sdk[openai]>=1.40",)),
    Peer("pydantic-ai-slim", "pydantic_ai", ("pydantic-ai-slim[openai]>=2.68",)),
    Peer("llm", "llm", ("llm>=0.36",)),
)


def installed(peer: Peer, url: str) -> Contestant:
    """The peer, installed where it was not yet; it carries the installer's last words where it cannot be."""
    python = _folder(peer.name) / "bin" / "python"
    contestant = Contestant(peer.name, peer.subject, python, url)
    try:
        _install(python, *peer.requirements)
        contestant.version = _version(python, peer.name)
    except (subprocess.CalledProcessError, FileNotFoundError) as error:
        told = error.stderr.strip().splitlines() if isinstance(error, subprocess.CalledProcessError) else []
        contestant.problem = f"not installed: {told[-1].strip() if told else 'there is no uv'}"
    return contestant


def as_users_have_it(url: str) -> Contestant:
    """Hamr with every plugin, built and installed as the peers are; raises NoResult with the installer's last words.

    The workspace's own environment has a folder on `sys.path` for each plugin, and every tool of the project.
    """
    python = _folder("hamr") / "bin" / "python"
    dists = (ROOT / "core", *sorted(path.parent for path in ROOT.glob("plugins/*/pyproject.toml")))
    try:
        _install(python, "--no-sources", "--reinstall", *map(str, dists))
    except (subprocess.CalledProcessError, FileNotFoundError) as error:
        raise NoResult(f"hamr was not installed: {getattr(error, 'stderr', '') or error}") from error
    return Contestant("hamr", "hamr", python, url)


def _install(python: Path, *requirements: str) -> None:
    if not python.exists():
        _uv("venv", "--quiet", f"--python={sys.executable}", str(python.parents[1]))
    _uv("pip", "install", "--quiet", f"--python={python}", *requirements)


def _folder(name: str) -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "hamr-bench" / f"{name}-{sys.version_info.major}.{sys.version_info.minor}"


def _uv(*arguments: str) -> None:
    command = os.environ.get("UV", "uv")  # uv's own name for where it is; nox says so, too
    subprocess.run([command, *arguments], check=True, capture_output=True, text=True)


def _version(python: Path, name: str) -> str:
    code = f"import importlib.metadata; print(importlib.metadata.version({name!r}))"
    return subprocess.run([python, "-c", code], check=True, capture_output=True, text=True).stdout.strip()
