"""The best instance that can be made of a value that is still growing.

What is complete is converted as it will be in the end; what is missing has its default, or None.
"""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError


def instance(kind: Any, value: Any) -> Any:
    """The instance of this type; None where nothing can be made of the value yet."""
    if value is None:
        return None
    try:
        return _adapter_of(kind).validate_python(value)
    except ValidationError:
        return _made(kind, value)


def _made(kind: Any, value: Any) -> Any:
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return instance(inner[0], value)
    if origin in (Union, UnionType):
        tried: Iterator[Any] = (instance(each, value) for each in inner)
        return next((made for made in tried if made is not None), None)
    if isinstance(value, Mapping):
        return _of_table(kind, origin, inner, value)
    if isinstance(value, list) and origin in (list, set, frozenset):
        items: list[Any] = [instance(inner[0], each) for each in value]
        return origin(item for item in items if item is not None)
    return None


def _of_table(kind: Any, origin: Any, inner: tuple[Any, ...], value: Mapping[str, Any]) -> Any:
    if origin is dict:
        return {key: instance(inner[1], each) for key, each in value.items()}
    if not isinstance(kind, type):
        return None
    if issubclass(kind, BaseModel):
        return kind.model_construct(**_of_model(kind, value))
    if dataclasses.is_dataclass(kind):
        return _of_dataclass(kind, value)
    if hasattr(kind, "__required_keys__"):  # a TypedDict, of typing's or of typing_extensions'
        hints = typing.get_type_hints(kind)
        return {key: instance(hints[key], each) for key, each in value.items() if key in hints}
    return None


def _of_model(kind: type[BaseModel], value: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a model's fields, which may go by an alias; what has not come has its default or is None."""
    made: dict[str, Any] = {}
    for name, field in kind.model_fields.items():
        key = next((key for key in (field.validation_alias, field.alias, name) if key in value), None)
        if key is not None:
            made[name] = instance(field.rebuild_annotation(), value[str(key)])
        elif field.is_required():
            made[name] = None
    return made


def _of_dataclass(kind: type, value: Mapping[str, Any]) -> Any:
    """Without its `__init__`, which would ask for what has not come."""
    made: Any = object.__new__(kind)
    hints = typing.get_type_hints(kind, include_extras=True)
    for field in dataclasses.fields(kind):
        given = instance(hints[field.name], value[field.name]) if field.name in value else _default(field)
        object.__setattr__(made, field.name, given)
    return made


def _default(field: dataclasses.Field[Any]) -> Any:
    factory: Any = field.default_factory
    if factory is not dataclasses.MISSING:
        return factory()
    return None if field.default is dataclasses.MISSING else field.default


def _adapter_of(kind: Any) -> TypeAdapter[Any]:
    try:
        return _kept(kind)
    except TypeError:  # it cannot be hashed, as some Annotated cannot
        return TypeAdapter(kind)


@lru_cache(maxsize=512)
def _kept(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
