"""JSON Schema and conversion by pydantic, for types of a user's own. Imported when such a type is first given."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, PydanticUserError, TypeAdapter, ValidationError, create_model
from pydantic.errors import PydanticUndefinedAnnotation
from pydantic.fields import FieldInfo
from pydantic.json_schema import GenerateJsonSchema

from hamr.errors import ConfigError
from hamr.tools.signature import EMPTY, Parameter

REFUSALS = (PydanticUserError, PydanticUndefinedAnnotation, TypeError, AttributeError)
"""What pydantic raises for a type that it, or JSON Schema, cannot express."""

MOST = 5
"""How many mistakes a message lists."""


class _Generator(GenerateJsonSchema):
    """Without titles made up from names: they cost tokens and say nothing."""

    def emit_warning(self, kind: Any, detail: str) -> None:
        """Nobody: a default that JSON cannot hold is left out, and that is all."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Never."""
        return False


class Arguments:
    """The arguments of one function: their schema, and their conversion."""

    def __init__(self, name: str, parameters: Sequence[Parameter]) -> None:
        """Raises ConfigError naming function and parameter where a schema cannot express one."""
        for each in parameters:
            if isinstance(each.default, FieldInfo):
                raise ConfigError(
                    f"the tool {name}: the default of {each.name} is a Field, which no caller would fill in",
                    hint=f"Write {each.name}: Annotated[<type>, Field(...)].",
                )
        self._names = {f"p{place}": each.name for place, each in enumerate(parameters)}
        try:
            self._model = _model(name, parameters)
            self.schema = object_schema(TypeAdapter(self._model))
        except REFUSALS as error:
            raise _inexpressible(name, parameters, error) from error

    def read(self, arguments: bytes) -> dict[str, Any]:
        """The arguments that stand in this JSON; raises ValueError saying what is wrong."""
        try:
            made = self._model.model_validate_json(arguments)
        except ValidationError as error:
            raise ValueError(mistakes(error)) from None
        given = made.model_fields_set
        return {name: getattr(made, field) for field, name in self._names.items() if field in given}


def object_schema(adapter: TypeAdapter[Any]) -> dict[str, Any]:
    """The schema with its root in place: a recursive type is no mere reference to itself."""
    schema = adapter.json_schema(schema_generator=_Generator)
    if "$ref" in schema:
        schema = {**schema["$defs"][schema["$ref"].rpartition("/")[2]], "$defs": schema["$defs"]}
    schema.pop("title", None)
    return schema


def adapter_of(kind: Any, place: str) -> TypeAdapter[Any]:
    """The adapter of a type; raises ConfigError where pydantic knows none."""
    try:
        return TypeAdapter(kind)
    except REFUSALS as error:
        raise ConfigError(f"{place}: {_first_line(error)}", hint=TYPES) from error


TYPES = "Types that JSON can express: str, int, Literal, list, dict, enums, dataclasses, TypedDict, pydantic models."


def mistakes(error: ValidationError) -> str:
    """What is wrong, by place; the values are left out."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    told = [f"{'.'.join(map(str, each['loc'])) or 'the value'}: {each['msg']}" for each in found[:MOST]]
    return "; ".join(told) + (f"; and {len(found) - MOST} more" if len(found) > MOST else "")


def _model(name: str, parameters: Sequence[Parameter]) -> type[BaseModel]:
    """The fields are numbered and named by alias, for a parameter may be called as pydantic's models are not."""
    fields: dict[str, Any] = {f"p{place}": (each.hint, _field(each)) for place, each in enumerate(parameters)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return create_model(name, __config__=ConfigDict(extra="forbid"), **fields)


def _field(parameter: Parameter) -> Any:
    default = ... if parameter.default is EMPTY else parameter.default
    description = _annotated_text(parameter.hint) or parameter.description
    if description and not _annotated_field(parameter.hint):
        return Field(default, alias=parameter.name, description=description)
    return Field(default, alias=parameter.name)


def _annotated_text(hint: Any) -> str | None:
    """The text of `Annotated[str, "the city"]`."""
    return next((each for each in _metadata(hint) if isinstance(each, str)), None)


def _annotated_field(hint: Any) -> bool:
    return any(isinstance(each, FieldInfo) and each.description for each in _metadata(hint))


def _metadata(hint: Any) -> tuple[Any, ...]:
    """What stands behind the type in Annotated, also where None is allowed besides."""
    if get_origin(hint) is Annotated:
        return get_args(hint)[1:]
    return tuple(each for inner in get_args(hint) if get_origin(inner) is Annotated for each in get_args(inner)[1:])


def _inexpressible(name: str, parameters: Sequence[Parameter], error: Exception) -> ConfigError:
    """The error with the name of the parameter that is to blame, found by trying each by itself."""
    for each in parameters:
        try:
            TypeAdapter(each.hint).json_schema(schema_generator=_Generator)
        except REFUSALS as own:
            return ConfigError(f"the tool {name}: the parameter {each.name}: {_first_line(own)}", hint=TYPES)
    return ConfigError(f"the tool {name}: {_first_line(error)}", hint=TYPES)


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
