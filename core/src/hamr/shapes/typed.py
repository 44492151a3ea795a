"""A type of a user's own, by pydantic: its schema, its instances, and instances in the making."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError, create_model

from hamr.errors import ConfigError
from hamr.shapes import growing
from hamr.shapes.strict import strict
from hamr.tools.json_schema import REFUSALS, adapter_of, mistakes, object_schema

WRAPPED = "value"
"""The one property of the object around a type that is no object: the root of an answer must be one."""


class Typed:
    """Raises ConfigError for a type that no schema can express."""

    def __init__(self, kind: Any) -> None:
        self._kind = kind
        self.name = kind.__name__ if isinstance(kind, type) else "response"
        self.label = kind.__name__ if isinstance(kind, type) else str(kind)
        place = f"response_format {self.label}"
        self._adapter = adapter_of(kind, place)
        try:
            schema = object_schema(self._adapter)
            self._wraps = schema.get("type") != "object"
            if self._wraps:
                fields: dict[str, Any] = {WRAPPED: (kind, ...)}
                self._adapter = adapter_of(create_model(self.name, **fields), place)
                schema = object_schema(self._adapter)
        except REFUSALS as error:
            hint = "It has a part that JSON cannot express."
            raise ConfigError(f"{place}: {str(error).partition(chr(10))[0]}", hint=hint) from error
        self.description: str | None = schema.pop("description", None)
        strictly = strict(schema)
        self.strict = strictly is not None
        self.schema = strictly or schema

    def read(self, text: str) -> Any:
        """The instance in the text of an answer; raises ValueError saying what is wrong."""
        try:
            made = self._adapter.validate_json(unfenced(text))
        except ValidationError as error:
            raise ValueError(mistakes(error)) from None
        return getattr(made, WRAPPED) if self._wraps else made

    def partial(self, value: Any) -> Any:
        """The best that can be made of a value that is still growing."""
        if self._wraps:
            value = value.get(WRAPPED) if isinstance(value, dict) else None
        return growing.instance(self._kind, value)


def unfenced(text: str) -> str:
    """The text without the fence of Markdown that models put around JSON where no schema holds them."""
    text = text.strip()
    if not (text.startswith("```") and text.endswith("```")):
        return text
    return text[:-3].partition("\n")[2]
