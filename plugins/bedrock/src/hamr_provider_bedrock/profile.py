"""A profile in the files that AWS's own tools share (`~/.aws/credentials`, `~/.aws/config`)."""

from __future__ import annotations

import configparser
from typing import TYPE_CHECKING

from hamr.api import ConfigError, ReadFile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hamr.api import Flow, Provider

FOREIGN = ("credential_process", "sso_session", "sso_start_url", "role_arn", "login_session")
"""What a profile may say in place of keys; the command line of AWS does it all."""


class Profile:
    """The profile that is asked for, or the default one; `values` are those of both files, the credentials' first."""

    def __init__(self, name: str, values: Mapping[str, str], places: tuple[str, ...]) -> None:
        self.name, self.values, self.places = name, values, places

    @property
    def told(self) -> str:
        """Where it was looked for."""
        return f"the profile {self.name!r} in {' and '.join(self.places) or 'no file, for there is no home'}"


def read_profile(provider: Provider) -> Flow[Profile]:
    """Read both files; raises ConfigError for one that is none, and where a profile that was named is in neither."""
    said = provider.parameters
    name = said.get("profile", "default")
    home = said.get("home")
    files = [
        (_path(said.get("config_file"), home, "config"), _of_config(name)),
        (_path(said.get("credentials_file"), home, "credentials"), (name,)),
    ]
    values: dict[str, str] = {}
    found = False
    for path, sections in files:
        data: bytes | None = None if path is None else (yield ReadFile(path))
        for section in _sections(data or b"", path or "", sections):
            values.update(section)
            found = True
    profile = Profile(name, values, tuple(path for path, _ in files if path is not None))
    if "profile" in said and not found:
        raise ConfigError(
            f"{profile.told} is not there", hint="`aws configure list-profiles` lists those that there are."
        )
    return profile


def _path(given: str | None, home: str | None, name: str) -> str | None:
    if given is None:
        return None if home is None else f"{home}/.aws/{name}"
    return f"{home}{given[1:]}" if given.startswith("~/") and home else given


def _of_config(name: str) -> tuple[str, ...]:
    return (f"profile {name}", f'profile "{name}"', *(("default",) if name == "default" else ()))


def _sections(data: bytes, path: str, names: tuple[str, ...]) -> list[Mapping[str, str]]:
    """The sections of these names; raises ConfigError, which quotes no line: one may hold a key."""
    parser = configparser.RawConfigParser(strict=False)
    failed = ""
    try:
        parser.read_string(data.decode("utf-8-sig"))
    except configparser.ParsingError as error:
        lines = (
            [error.lineno]
            if isinstance(error, configparser.MissingSectionHeaderError)
            else [n for n, _ in error.errors]
        )
        failed = f"line {lines[0]} makes no sense" if lines else "it makes no sense"
    except (configparser.Error, UnicodeDecodeError):
        failed = "it makes no sense"
    if failed:
        raise ConfigError(
            f"{path}: {failed}", hint="It holds sections such as [default], and lines such as region = us-east-1."
        )
    return [parser[name] for name in names if parser.has_section(name)]
