"""Variables out of `.env` files: the user's own, and that of a folder that the user trusts (M-7).

A variable of the environment itself counts before both, and the folder's before the user's. A cloned folder's file
says nothing until it is trusted: it could bring a key, or send one elsewhere (C-5).
"""

from __future__ import annotations

import os
from collections import ChainMap
from collections.abc import Mapping, MutableMapping
from typing import TYPE_CHECKING

from hamr.storage.config_files import config_path
from hamr.variables import TABLE, first

if TYPE_CHECKING:
    from hamr.config.env_file import EnvFile

NAME = ".env"


def own_path(environ: Mapping[str, str]) -> str | None:
    """Where the user's own file is, or would be: HAMR_ENV_FILE, or `.env` in the folder of the configuration."""
    if name := first(environ, TABLE["env_file"].names):
        return os.path.abspath(os.path.expanduser(environ[name].strip()))
    return config_path(environ, NAME)


def files(environ: Mapping[str, str], folder: str | None) -> list[EnvFile]:
    """Those that are there, the first counting most."""
    own, of_folder = own_path(environ), None if folder is None else os.path.abspath(os.path.join(folder, NAME))
    there = [path for path in dict.fromkeys((of_folder, own)) if path is not None and os.path.lexists(path)]
    if not there:  # as at nearly every start
        return []
    from hamr.config.env_file import EnvFile, read

    return [read(path) if path == own or _trusts(environ, path) else EnvFile(path, trusted=False) for path in there]


def with_files(environ: Mapping[str, str], folder: str | None) -> tuple[Mapping[str, str], list[str]]:
    """The environment with what the files say below it, and what is wrong in them; itself where there are none."""
    there = files(environ, folder)
    layers: list[MutableMapping[str, str]] = [dict(each.values) for each in there if each.values]
    problems = [problem for each in there for problem in each.problems]
    # The environment stays what is looked at: a program may change it later.
    return (ChainMap(environ, *layers) if layers else environ), problems  # type: ignore[arg-type]  # nothing is written


def load(environ: MutableMapping[str, str], folder: str | None) -> None:
    """Put what the files say into the environment of this process, where it says nothing itself."""
    for each in files(environ, folder):
        for name, value in each.values.items():
            environ.setdefault(name, value)


def _trusts(environ: Mapping[str, str], path: str) -> bool:
    """Whether the user trusts the folder of a file; that nothing was said of it is no."""
    from hamr.config.trust import Trust
    from hamr.secrets.store import agent_folder

    return Trust(agent_folder(environ)).decided(os.path.dirname(path)) is True
