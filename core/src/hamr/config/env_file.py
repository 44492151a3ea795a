"""One `.env` file, as it was read (M-7)."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from hamr.config.configuration import is_a_strangers, is_file
from hamr.config.env_text import Line, lines

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


def read(path: str) -> EnvFile:
    """What a file says; one that is none, or that others may write, says nothing, and that is told."""
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
