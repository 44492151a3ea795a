"""Credentials that are not hamr's own: those of a cloud's own programs, which its plugin looks for with the call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class AmbientPlace:
    """One place: variables, of which all are set, or a `file` that is there.

    The file's path may begin with `~`, the user's home, or with a `$VARIABLE`.
    """

    env: tuple[str, ...] = field(default=(), metadata={"pattern": r"[A-Za-z_][A-Za-z0-9_]*"})
    file: str | None = field(default=None, metadata={"pattern": r"(~|\$[A-Za-z_][A-Za-z0-9_]*)?(/.*)?"})

    def told(self, environ: Mapping[str, str]) -> str | None:
        """The file, or the first of the variables, where it is there; no file is read."""
        import os

        if self.file is None:
            is_set = self.env and all(environ.get(name, "").strip() for name in self.env)
            return self.env[0] if is_set else None
        beginning, slash, rest = self.file.partition("/")
        names = ("HOME", "USERPROFILE") if beginning == "~" else (beginning[1:],)
        base = next((environ[name] for name in names if environ.get(name)), None) if beginning else ""
        return self.file if base is not None and os.path.isfile(f"{base}{slash}{rest}") else None


@dataclass(frozen=True, slots=True)
class Ambient:
    """Where such credentials may be: `name` is what people call them all, `place` those that can be seen at once.

    That none is seen says little: a machine of the cloud's own gives them when it is asked.
    """

    name: str
    place: tuple[AmbientPlace, ...] = field(default=(), metadata={"tables": AmbientPlace})

    def seen(self, environ: Mapping[str, str]) -> str | None:
        """What people call the first place that is there."""
        return next((told for place in self.place if (told := place.told(environ)) is not None), None)
