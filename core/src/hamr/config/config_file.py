"""One of the files of configuration, as text to be changed: read and written whole, under a lock."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

from hamr.config.configuration import LARGEST, PROJECT, Configuration, is_file
from hamr.config.editing import jsonc_edit, nested, toml_edit
from hamr.config.editing.nested import Path
from hamr.config.keys import Key
from hamr.config.layer import Layer
from hamr.errors import ConfigError

Kind = Literal["providers", "models", "project"]
BOM = "\ufeff"


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """A file, and what it is: `head` is where in it the keys begin."""

    kind: Kind
    path: str

    @property
    def head(self) -> Path:
        """Where in the file the keys begin."""
        return ("llm",) if self.kind == "project" else ()

    def text(self) -> str | None:
        """What stands in it, None where it is not there; raises ConfigError for what is no text."""
        try:
            if not is_file(self.path):
                raise ConfigError(f"{self.path} is no file")
            with open(self.path, "rb") as file:
                data = file.read(LARGEST + 1)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise ConfigError(f"{self.path} cannot be read: {error.strerror}") from error
        if len(data) > LARGEST:
            raise ConfigError(f"{self.path} is larger than {LARGEST} bytes")
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise ConfigError(f"{self.path} is no text in UTF-8 (at byte {error.start})") from None

    def stored(self, text: str) -> Any:
        """What the text holds, below the head; raises ConfigError for what is broken."""
        try:
            whole = self._editor.loads(text.removeprefix(BOM))
        except ValueError as error:
            raise ConfigError(f"{self.path}: {error}", hint="Mend the file first; nothing was written.") from error
        found = nested.found(whole, self.head)
        return {} if found is nested.MISSING else found

    def line(self, text: str, path: Path) -> int | None:
        """The line where this stands."""
        line: int | None = self._editor.line(text.removeprefix(BOM), (*self.head, *path))
        return line

    def layer(self, text: str) -> Layer:
        """What the text says."""
        from hamr.config import models_json, providers_toml

        if self.kind == "models":
            return models_json.layer(text, self.path)
        return providers_toml.layer(text, self.path, project=self.kind == "project")

    def home(self, key: Key, text: str) -> Path:
        """Where in the file the key stands, or would."""
        return key.home(self.stored(text), camel=self.kind == "models")

    def put(self, text: str, path: Path, value: Any) -> str:
        """The text with this value there; raises ConfigError where it cannot be put there."""
        return self._edited(text, lambda plain: self._editor.put(plain, (*self.head, *path), value))

    def put_all(self, text: str, values: Sequence[tuple[Path, Any]]) -> str:
        """The text with all these values; raises ConfigError where they cannot be put there."""
        return self._edited(text, lambda plain: self._editor.put_all(plain, values))

    def document(self, tables: Mapping[str, Any]) -> str:
        """Tables as a file of this kind; raises TypeError for values that it cannot hold."""
        text: str = self._editor.document(tables)
        return text

    def drop(self, text: str, path: Path) -> str:
        """The text without what stands there; raises ConfigError where it cannot be taken away."""
        return self._edited(text, lambda plain: self._editor.drop(plain, (*self.head, *path)))

    @contextmanager
    def changing(self, environ: Mapping[str, str]) -> Iterator[None]:
        """While it is entered, no other `hamr` changes the file; raises ConfigError."""
        from hamr.storage.locks import state_folder, writing

        # A project's folder is kept free of the lock's file.
        with writing(state_folder(environ) / PROJECT if self.kind == "project" else self.path):
            yield

    def write(self, text: str) -> None:
        """Replace the file; raises ConfigError."""
        from hamr.storage.files import write_whole

        try:
            write_whole(self.path, text.encode(), mode=self._mode() if self.kind == "project" else None)
        except UnicodeEncodeError as error:
            raise ConfigError("the value is no text in UTF-8") from error
        except OSError as error:
            raise ConfigError(f"{self.path} cannot be written: {error.strerror}") from error

    def _mode(self) -> int:
        """A project's file is for whoever works on it."""
        try:
            return os.stat(self.path).st_mode & 0o777
        except OSError:
            return 0o644

    @property
    def _editor(self) -> Any:
        return jsonc_edit if self.kind == "models" else toml_edit

    def _edited(self, text: str, edit: Callable[[str], str | None]) -> str:
        plain = text.removeprefix(BOM)
        try:
            edited = edit(plain)
        except (TypeError, ValueError, RecursionError) as error:
            raise ConfigError(f"{self.path}: {error}", hint="Mend the file by hand.") from error
        if edited is None:
            raise ConfigError(
                f"{self.path}: this cannot be changed without writing the file anew, less its comments",
                hint="Change it by hand.",
            )
        return BOM + edited if text.startswith(BOM) else edited


def files(there: Configuration) -> list[ConfigFile]:
    """The files of a user in one place, as they count: the last one most. One may not be there."""
    found: list[tuple[Kind, str | None]] = [
        ("providers", there.providers_path),
        ("models", there.models_path),
        ("project", there.project_path),
    ]
    return [ConfigFile(kind, path) for kind, path in found if path is not None]
