"""Variables out of `.env` files: the user's own, and that of a folder that the user trusts (M-7).

A variable of the environment itself counts before both, and the folder's before the user's. A cloned folder's file
says nothing until it is trusted: it could bring a key, or send one elsewhere (C-5).
"""

from __future__ import annotations

import os
import re
from collections import ChainMap
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field

from hamr.storage.config_files import config_path
from hamr.variables import TABLE, first

NAME = ".env"
LARGEST = 1024 * 1024
BEFORE_ALL = re.compile(
    r"PATH|HOME|SHELL|IFS|ENV|BASH_ENV|PYTHON.*|LD_.*|DYLD_.*|(?:HAMR|HARN)_(?:ENV_FILE|CONFIG_DIR|AGENT_DIR|PROJECT_TRUST|"
    r"PROVIDERS_CONFIG|STATE_DIR)|XDG_.*|APPDATA|LOCALAPPDATA"
)
"""What a file may not say: how programs are found and started, where hamr's own files are, and whom it trusts."""


@dataclass(frozen=True, slots=True)
class EnvFile:
    """A file as it was read: the line of each variable, what is wrong, and whether the file counts at all."""

    path: str
    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    numbers: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    trusted: bool = True


def own_path(environ: Mapping[str, str]) -> str | None:
    """Where the user's own file is, or would be: HAMR_ENV_FILE, or `.env` in the folder of the configuration."""
    if name := first(environ, TABLE["env_file"].names):
        return os.path.abspath(os.path.expanduser(environ[name].strip()))
    return config_path(environ, NAME)


def files(environ: Mapping[str, str], folder: str | None) -> list[EnvFile]:
    """Those that are there, the first counting most."""
    own = own_path(environ)
    found = []
    if folder is not None and os.path.lexists(path := os.path.abspath(os.path.join(folder, NAME))) and path != own:
        found.append(read(path) if _trusts(environ, path) else EnvFile(path, trusted=False))
    if own is not None and os.path.lexists(own):
        found.append(read(own))
    return found


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


def read(path: str) -> EnvFile:
    """What a file says; one that is none, or that others may write, says nothing, and that is told."""
    from hamr.config.configuration import is_a_strangers, is_file
    from hamr.config.env_text import Line, lines

    try:
        if not is_file(path):
            return EnvFile(path, problems=(f"{path}: it is no file",))
        with open(path, "rb") as file:
            data, there = file.read(LARGEST + 1), os.fstat(file.fileno())
        text = data.decode("utf-8-sig")
    except OSError as error:
        return EnvFile(path, problems=(f"{path}: it cannot be read: {error.strerror}",))
    except UnicodeDecodeError as error:
        return EnvFile(path, problems=(f"{path}: it is no text in UTF-8 (at byte {error.start})",))
    if len(data) > LARGEST:
        return EnvFile(path, problems=(f"{path}: it is larger than {LARGEST} bytes",))
    if is_a_strangers(there.st_mode, there.st_uid):
        return EnvFile(path, problems=(f"{path}: others may write it, so it does not count: chmod 600 {path}",))
    values, numbers, problems = {}, {}, []
    for line in lines(text):
        if not isinstance(line, Line):
            problems.append(f"{path}:{line}: it is no NAME=value")
        elif line.value is None or "\0" in line.value:
            problems.append(f"{path}:{line.number}: the quotes of {line.name} do not end on its line")
        elif BEFORE_ALL.fullmatch(line.name):
            problems.append(f"{path}:{line.number}: {line.name} is not taken from a file; export it")
        else:
            values[line.name], numbers[line.name] = line.value, line.number
    return EnvFile(path, values, numbers, tuple(problems))


def _trusts(environ: Mapping[str, str], path: str) -> bool:
    """Whether the user trusts the folder of a file; that nothing was said of it is no."""
    from hamr.config.trust import Trust
    from hamr.secrets.store import agent_folder

    return Trust(agent_folder(environ)).decided(os.path.dirname(path)) is True
