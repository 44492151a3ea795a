"""A type as a tool: the type is the schema, and a call gives an instance."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from hamr.errors import ConfigError
from hamr.tools import docstring
from hamr.tools.json_schema import REFUSALS, adapter_of, mistakes, object_schema


class Model:
    """A pydantic model, a dataclass or a TypedDict; raises ConfigError for another type."""

    def __init__(self, kind: type) -> None:
        place = f"the tool {kind.__name__}"
        self._adapter = adapter_of(kind, place)
        try:
            self.schema = object_schema(self._adapter)
        except REFUSALS as error:
            raise ConfigError(f"{place}: {error}", hint="A field has a type that JSON cannot express.") from error
        if self.schema.get("type") != "object":
            raise ConfigError(f"{place} is no object", hint="Give a function, a pydantic model or a dataclass.")
        described = self.schema.pop("description", "")
        self.description = docstring.read(described).summary

    def read(self, arguments: bytes) -> Any:
        """The instance out of its JSON; raises ValueError saying what is wrong."""
        try:
            return self._adapter.validate_json(arguments)
        except ValidationError as error:
            raise ValueError(mistakes(error)) from None
